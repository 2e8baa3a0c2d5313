// SPDX-License-Identifier: Apache-2.0
#include "committed_log.hpp"

#include "support/files.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <sstream>

namespace kazoo::chaos {
namespace {

std::string hex(std::int64_t zxid) {
    char text[24];
    std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(zxid));
    return text;
}

std::int64_t zxid_behind(const std::string& words, const std::string& line) {
    return std::strtoll(line.c_str() + line.find(words) + words.size(), nullptr, 16);
}

/// A new leader logs a snapshot of its last transaction, and the first zxid of its epoch once a
/// quorum follows it.
std::map<std::int32_t, std::int64_t> epochs_led(const std::string& said) {
    static const std::string snapshot = "Snapshotting: 0x";
    static const std::string quorum = "setting last processed zxid: 0x";
    std::map<std::int32_t, std::int64_t> led;
    std::int64_t known = 0;
    std::istringstream lines(said);
    for (std::string line; std::getline(lines, line);) {
        if (line.find(snapshot) != std::string::npos) known = zxid_behind(snapshot, line);
        if (line.find(quorum) != std::string::npos) {
            led[epoch_of(zxid_behind(quorum, line))] = known;
        }
    }
    return led;
}

/// Some servers omit the digest after a record, so the shorter record may be a prefix.
bool agree(const LoggedTransaction& one, const LoggedTransaction& other) {
    return one.session == other.session && one.cxid == other.cxid && one.type == other.type &&
           one.time_ms == other.time_ms &&
           (one.record.starts_with(other.record) || other.record.starts_with(one.record));
}

/// Leaders number their transactions without gaps.
void check_gaps(CommittedLog& committed_log) {
    std::int64_t last = 0;
    for (const auto& [zxid, transaction] : committed_log.transactions) {
        const bool follows =
            epoch_of(zxid) == epoch_of(last) ? zxid == last + 1 : counter_of(zxid) == 1;
        if (!follows) {
            committed_log.faults.push_back(
                "all servers lack the transactions between " + hex(last) + " and " + hex(zxid)
            );
        }
        last = zxid;
    }
}

}  // namespace

ServerFiles read_server(const std::filesystem::path& data, const std::string& said) {
    ServerFiles files;
    files.led = epochs_led(said);
    for (const auto& entry : std::filesystem::directory_iterator(data)) {
        const auto name = entry.path().filename().string();
        if (!name.starts_with("log.")) continue;
        auto contents = read_log(testing_support::read_file(entry.path()));
        if (!contents.fault.empty()) files.fault = name + ": " + contents.fault;
        auto& all = files.logged;
        all.insert(all.end(), contents.transactions.begin(), contents.transactions.end());
    }
    return files;
}

CommittedLog merge(const std::vector<ServerFiles>& servers) {
    CommittedLog committed_log;
    std::map<std::int32_t, std::int64_t> inherited;  // by epoch
    for (const auto& server : servers) inherited.insert(server.led.begin(), server.led.end());
    const auto in_all_later_leaders = [&](std::int64_t zxid) {
        return std::all_of(
            inherited.upper_bound(epoch_of(zxid)),
            inherited.end(),
            [zxid](const auto& later) { return zxid <= later.second; }
        );
    };
    std::map<std::int64_t, std::size_t> unknown;  // with the number of servers that logged it
    for (const auto& server : servers) {
        if (!server.fault.empty()) committed_log.faults.push_back(server.fault);
        for (const auto& transaction : server.logged) {
            if (!in_all_later_leaders(transaction.zxid)) {
                ++unknown[transaction.zxid];
                continue;
            }
            const auto [known, is_new] =
                committed_log.transactions.emplace(transaction.zxid, transaction);
            if (!is_new && !agree(known->second, transaction)) {
                committed_log.faults.push_back("servers disagree on " + hex(transaction.zxid));
            }
        }
    }
    for (const auto& [zxid, count] : unknown) {
        if (count > servers.size() / 2) committed_log.forgotten.insert(zxid);
    }
    check_gaps(committed_log);
    return committed_log;
}

}  // namespace kazoo::chaos
