// SPDX-License-Identifier: Apache-2.0
#include "committed_log.hpp"

#include "support/files.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <vector>

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

constexpr std::int32_t multi = 14;
constexpr std::size_t int_size = 4;

/// Returns the big-endian number at `position`; 0 beyond the end.
std::uint32_t number_at(const std::string& record, std::size_t position) {
    std::uint32_t number = 0;
    for (std::size_t i = position; i < position + int_size && i < record.size(); ++i) {
        number = number << 8 | static_cast<unsigned char>(record[i]);
    }
    return number;
}

/// Returns the record of a multi without the types of its operations if one of them has failed. A
/// server that applies such a multi marks all of its operations as failed in place, and so in its
/// log, if it writes the log later.
std::string without_types_of_failed(std::string record) {
    std::vector<std::size_t> types;
    bool failed = false;
    std::size_t at = int_size;
    for (auto left = number_at(record, 0); left > 0 && at + 2 * int_size <= record.size(); --left) {
        types.push_back(at);
        failed = failed || number_at(record, at) == 0xffff'ffff;
        at += 2 * int_size + number_at(record, at + int_size);
    }
    for (const auto type : types) {
        if (failed) record.replace(type, int_size, int_size, '\xff');
    }
    return record;
}

/// Some servers omit the digest after a record, so the shorter record may be a prefix.
bool agree(const LoggedTransaction& one, const LoggedTransaction& other) {
    const auto same = [](const std::string& a, const std::string& b) {
        return a.starts_with(b) || b.starts_with(a);
    };
    return one.session == other.session && one.cxid == other.cxid && one.type == other.type &&
           one.time_ms == other.time_ms &&
           (same(one.record, other.record) ||
            (one.type == multi &&
             same(without_types_of_failed(one.record), without_types_of_failed(other.record))));
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
