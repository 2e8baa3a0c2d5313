#pragma once

#include "session/time.hpp"

#include <cstddef>
#include <optional>

namespace kazoo::session {

/// How long an attempt may take: one address, with its connection and handshake.
///
/// A session has to be resumed in time, and a server that does not answer must not use that time
/// up: what is left of the session is divided among the addresses that are still to be tried.
/// Servers may also just be slow. So an attempt may take longer where there is no other address,
/// and limits double with each round in which a server was too slow.
class AttemptLimit {
public:
    struct Situation {
        milliseconds timeout{0};           ///< of the session: negotiated, or to be asked for
        std::optional<milliseconds> left;  ///< of a session that is to be resumed
        std::size_t to_try = 1;            ///< addresses of this round, the present one included
        std::size_t known = 1;             ///< addresses of a whole round
    };

    [[nodiscard]] milliseconds of(const Situation& situation) const;
    /// A round is over, in which a server did not answer within its limit.
    void grow();
    /// A connection works.
    void reset() { factor_ = 1; }

private:
    std::int64_t factor_ = 1;
};

}  // namespace kazoo::session
