// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "session/time.hpp"

#include <cstddef>
#include <optional>

namespace kazoo::session {

/// Computes how long one attempt may take: connecting to one address, with the handshake.
///
/// A session has to be resumed before it expires, so a server that does not answer must not use up
/// the time: what is left of the session is divided among the addresses that are still to be tried.
/// But a server may also be merely slow. So an attempt may take longer if there is no other
/// address, and the limits double after each round in which a server was too slow.
class AttemptLimit {
public:
    struct Situation {
        milliseconds timeout{0};           ///< session timeout: negotiated, or else requested
        std::optional<milliseconds> left;  ///< until the session to be resumed expires
        std::size_t to_try = 1;            ///< addresses left in this round, with the present one
        std::size_t known = 1;             ///< addresses of a whole round
    };

    [[nodiscard]] milliseconds of(const Situation& situation) const;
    /// Called after a round in which a server did not answer within its limit.
    void grow();
    /// Called when a connection that worked is lost.
    void reset() { factor_ = 1; }

private:
    std::int64_t factor_ = 1;  // a power of two
};

}  // namespace kazoo::session
