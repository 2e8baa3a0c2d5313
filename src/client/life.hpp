#pragma once

#include "client/lifecycle.hpp"

#include <kazoo/event.hpp>
#include <kazoo/handler.hpp>

#include <atomic>
#include <memory>
#include <stop_token>
#include <thread>

namespace kazoo::detail::client {

/// Why a life has ended, or is ending.
enum class LifeEnd {
    none,
    stopped,      ///< `stop` was called.
    auth_failed,  ///< A server refused the credentials.
    exhausted,    ///< connection_retry allows no more attempts.
    not_begun     ///< The handler or the session could not be started.
};

/// What those who wait for one life of a client share. Made at each start; once it has ended, it
/// stays so, whatever the client does next.
struct Life {
    Life(std::shared_ptr<Handler> handler, LifeNumber n)
        : connected(handler), finished(handler), drained(std::move(handler)), number(n) {}

    /// Set while connected; cancelled for good when the life ends.
    Event connected;
    /// Set when no session runs any more.
    Event finished;
    /// Set when the lanes have also run what the session left.
    Event drained;
    /// For what the session does not know of: retries that pause, four-letter words under way.
    std::stop_source end;
    std::atomic<LifeEnd> why{LifeEnd::none};
    /// The thread that begins this life; a stop on it cannot wait for its own caller.
    std::atomic<std::thread::id> beginner{};
    LifeNumber number;  // guarded by Core::life_mutex_ until the life is published

    /// Records the first reason only.
    void note_end(LifeEnd reason) noexcept {
        auto expected = LifeEnd::none;
        why.compare_exchange_strong(expected, reason);
    }
};

}  // namespace kazoo::detail::client
