#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kazoo::chaos {

/// A transaction as a server has logged it.
struct LoggedTransaction {
    std::int64_t session = 0;
    std::int32_t cxid = 0;
    std::int64_t zxid = 0;
    std::int64_t time_ms = 0;  ///< of the leader's wall clock
    std::int32_t type = 0;
    std::string record;  ///< undecoded, and what follows it
};

struct LogContents {
    std::vector<LoggedTransaction> transactions;
    std::string fault;  ///< what is wrong with the file, if anything is
};

/// Reads a transaction log of Apache ZooKeeper (version-2/log.*). It ends with the file, with the
/// zeros that servers reserve, or within a record that was being written when its server died.
[[nodiscard]] LogContents read_log(std::string_view file);

}  // namespace kazoo::chaos
