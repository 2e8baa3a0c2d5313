#pragma once

#include <kazoo/client_options.hpp>
#include <kazoo/hosts.hpp>
#include <kazoo/time.hpp>

#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstdint>
#include <memory>

namespace kazoo::testing {

/// What to do with a session that has been taken over.
enum class AfterTakeover {
    hold,   ///< Keep the connection; the session continues.
    close,  ///< Close the session, and the connection with it.
};

/// The result of a takeover.
struct Takeover {
    boost::system::error_code error;  ///< the server could not be reached, or did not answer
    std::int64_t session = 0;  ///< the session that the server granted; 0: the session is over
    /// Closes the connection when it is destroyed; null if the connection is not held. To be
    /// destroyed when the client has connected again and the server has thereby closed the
    /// connection: Apache ZooKeeper 3.8 loses track of the client's connection if the other one is
    /// closed by its own end at the same moment, and then closes it neither with the next takeover
    /// nor with the session.
    std::shared_ptr<void> connection;
};

/// Connects to an external server with the identity of a client's session, upon which the server
/// closes the client's connection if it has it, and does with the session what `after` says. If the
/// server grants another session, closes that one. `timeout` is the client's session timeout.
/// Blocks until the server has answered, or `deadline`. Throws std::bad_alloc.
[[nodiscard]] Takeover take_over(
    const HostPort& server,
    const ClientId& session,
    std::chrono::milliseconds timeout,
    AfterTakeover after,
    TimePoint deadline
);

}  // namespace kazoo::testing
