#pragma once

#include "session/host_list.hpp"
#include "session/time.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kazoo::session {

/// What became of the last attempt at a server.
struct ServerAttempt {
    HostPort host;
    std::string address;  ///< numeric; empty if the name was not resolved
    std::string reason;
    TimePoint when;

    friend bool operator==(const ServerAttempt&, const ServerAttempt&) = default;
};

/// "zk1:2181 (10.0.0.1)", or "10.0.0.1:2181" where that is the name.
[[nodiscard]] std::string server_name(const HostPort& host, std::string_view address);

/// "tried zk1:2181 (10.0.0.1): Connection refused; zk2:2181: ..."; of many servers the first few.
/// Empty if there is none.
[[nodiscard]] std::string to_string(const std::vector<ServerAttempt>& attempts);

/// The last failed attempt at each server since the last connection: what to tell users who ask why
/// there is none.
class AttemptLog {
public:
    /// Servers remembered; the longest ago is forgotten.
    static constexpr std::size_t limit = 64;

    /// Says whether this is worth a warning: the first failure of this server, one with another
    /// reason than before, or the first in a minute.
    [[nodiscard]] bool note(
        const HostPort& host, std::string_view address, std::string reason, TimePoint now
    );
    /// There is a connection.
    void clear() { entries_.clear(); }

    [[nodiscard]] std::vector<ServerAttempt> last() const;

private:
    struct Entry {
        ServerAttempt attempt;
        TimePoint warned;
    };

    std::vector<Entry> entries_;
};

}  // namespace kazoo::session
