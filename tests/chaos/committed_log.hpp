// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "log_reader.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace kazoo::chaos {

/// The transaction log and epochs of one server.
struct ServerFiles {
    std::vector<LoggedTransaction> logged;
    /// Epochs that it has led with a quorum, each with the last transaction it had then.
    std::map<std::int32_t, std::int64_t> led;
    std::string fault;
};

/// Reads the directory of transaction logs; `said` is the server's console output.
[[nodiscard]] ServerFiles read_server(const std::filesystem::path& data, const std::string& said);

/// The transactions that an ensemble has committed.
struct CommittedLog {
    std::map<std::int64_t, LoggedTransaction> transactions;  ///< by zxid
    std::vector<std::string> faults;
    /// Transactions that a quorum had logged but a later leader did not have: a defect of the
    /// servers (such as ZOOKEEPER-4785) that voids their guarantees to clients.
    std::set<std::int64_t> forgotten;
};

/// Merges the logs of all servers once they are in sync. A transaction that only a deposed leader
/// logged was not committed.
[[nodiscard]] CommittedLog merge(const std::vector<ServerFiles>& servers);

[[nodiscard]] constexpr std::int32_t epoch_of(std::int64_t zxid) noexcept {
    return static_cast<std::int32_t>(zxid >> 32);
}
/// Number of the transaction within its epoch, starting at 1.
[[nodiscard]] constexpr std::int64_t counter_of(std::int64_t zxid) noexcept {
    return zxid & 0xffffffff;
}

}  // namespace kazoo::chaos
