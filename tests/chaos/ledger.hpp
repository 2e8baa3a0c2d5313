#pragma once

#include "log_reader.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace kazoo::chaos {

/// What one server has kept.
struct ServerFiles {
    std::vector<LoggedTransaction> logged;
    /// Epochs that it has led, with a quorum behind it, and the last transaction it knew then.
    std::map<std::int32_t, std::int64_t> led;
    std::string fault;
};

/// Reads the directory with its logs, and what it has said.
[[nodiscard]] ServerFiles read_server(const std::filesystem::path& data, const std::string& said);

/// What an ensemble has agreed upon.
struct Ledger {
    std::map<std::int64_t, LoggedTransaction> transactions;  ///< by zxid
    std::vector<std::string> faults;
    /// What a quorum had logged, and a later leader did not know all the same: a defect of the
    /// servers (such as ZOOKEEPER-4785), behind which their promises to clients are void.
    std::set<std::int64_t> forgotten;
};

/// The transactions of all servers, when they are in sync. What a leader left in its log and a
/// later one did not know was not agreed upon.
[[nodiscard]] Ledger merge(const std::vector<ServerFiles>& servers);

[[nodiscard]] constexpr std::int32_t epoch_of(std::int64_t zxid) noexcept {
    return static_cast<std::int32_t>(zxid >> 32);
}
/// Within its epoch, from 1 on.
[[nodiscard]] constexpr std::int64_t counter_of(std::int64_t zxid) noexcept {
    return zxid & 0xffffffff;
}

}  // namespace kazoo::chaos
