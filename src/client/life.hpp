// SPDX-License-Identifier: Apache-2.0
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

/// One life of a client: what the callers that wait for its connection or its end share. Created by
/// each start. Once ended it stays ended, whatever the client does next, so that a caller cannot
/// mistake a later life for its own. All members are thread-safe, except as noted.
struct Life {
    Life(std::shared_ptr<Handler> handler, LifeNumber n)
        : connected(handler), finished(handler), drained(std::move(handler)), number(n) {}

    /// Set while connected; cancelled when the life ends.
    Event connected;
    /// Set when the session has ended.
    Event finished;
    /// Set when the lanes have also run what the session had dispatched.
    Event drained;
    /// Ends what the session does not: pauses of retries, four-letter words under way.
    std::stop_source end;
    std::atomic<LifeEnd> why{LifeEnd::none};
    /// The thread that begins this life, while it does. A stop within that call must not wait,
    /// because the life can only end after it.
    std::atomic<std::thread::id> beginner{};
    LifeNumber number;  // written before the life is published, with Core::life_mutex_ held

    /// Records the first reason only.
    void note_end(LifeEnd reason) noexcept {
        auto expected = LifeEnd::none;
        why.compare_exchange_strong(expected, reason);
    }
};

}  // namespace kazoo::detail::client
