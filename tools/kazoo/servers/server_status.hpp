// SPDX-License-Identifier: Apache-2.0
/// What servers say of themselves in the answers to four-letter words.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tool {

/// A number that a server may leave out.
using Figure = std::optional<std::int64_t>;

struct ServerStatus {
    std::string mode;     ///< "leader", "follower", "observer", "standalone", "read-only"
    std::string version;  ///< "3.8.0"
    Figure zxid;
    Figure connections;
    Figure outstanding;  ///< requests that wait to be executed
    Figure received;     ///< packets since the start of the server
    Figure sent;
    Figure min_latency;  ///< milliseconds
    std::optional<double> average_latency;
    Figure max_latency;
    Figure nodes;
    Figure watches;
    Figure sessions;
    Figure ephemerals;
    Figure data_bytes;
};

/// Add the fields of an answer that `status` does not have yet. Lines of other forms are ignored.
void add_srvr(std::string_view answer, ServerStatus& status);
void add_mntr(std::string_view answer, ServerStatus& status);

/// A connection of a server.
struct ServerConnection {
    std::string address;  ///< of the client
    std::int64_t session = 0;
    std::int64_t queued = 0;
    std::int64_t received = 0;
    std::int64_t sent = 0;
    std::int64_t average_latency = 0;  ///< milliseconds
    std::int64_t max_latency = 0;
    std::string last_operation;
};
/// Returns the connections in the answer to cons that have a session.
std::vector<ServerConnection> parse_cons(std::string_view answer);

}  // namespace tool
