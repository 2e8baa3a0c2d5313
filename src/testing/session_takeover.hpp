// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/client_options.hpp>
#include <kazoo/hosts.hpp>
#include <kazoo/time.hpp>

#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstdint>

namespace kazoo::testing {

/// The result of a takeover.
struct Takeover {
    boost::system::error_code error;  ///< the server could not be reached, or did not answer
    std::int64_t session = 0;  ///< the session that the server granted; 0: the session is over
};

/// Connects to an external server with the identity of a client's session, and closes the session;
/// the server then also closes the client's connection. If the server grants another session,
/// closes that one. `timeout` is the client's session timeout. Blocks until the server has
/// answered, or `deadline`. Throws std::bad_alloc.
[[nodiscard]] Takeover take_over_and_close(
    const HostPort& server,
    const ClientId& session,
    std::chrono::milliseconds timeout,
    TimePoint deadline
);

}  // namespace kazoo::testing
