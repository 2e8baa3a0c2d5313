// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kazoo::chaos {

/// A transaction from a server's log.
struct LoggedTransaction {
    std::int64_t session = 0;
    std::int32_t cxid = 0;
    std::int64_t zxid = 0;
    std::int64_t time_ms = 0;  ///< of the leader's wall clock
    std::int32_t type = 0;
    std::string record;  ///< undecoded, including any trailing data
};

struct LogContents {
    std::vector<LoggedTransaction> transactions;
    std::string fault;  ///< describes a damaged file; else empty
};

/// Parses a transaction log of Apache ZooKeeper (version-2/log.*). The log may end at the end of
/// the file, at preallocated zeros, or within the record that was being written when the server was
/// killed.
[[nodiscard]] LogContents read_log(std::string_view file);

}  // namespace kazoo::chaos
