// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/event.hpp>
#include <kazoo/handler.hpp>

#include <list>
#include <memory>
#include <mutex>
#include <utility>

namespace kazoo::detail::recipe {

/// The calls of one object that wait for the same thing, in the order of the calls. Only the first
/// of them looks at the servers, so that their number costs neither requests nor watches.
/// Thread-safe.
class Turns {
public:
    /// At most this many calls wait.
    static constexpr std::size_t limit = 10'000;

    explicit Turns(std::shared_ptr<Handler> handler) noexcept : handler_(std::move(handler)) {}
    Turns(const Turns&) = delete;
    Turns& operator=(const Turns&) = delete;

private:
    friend class Turn;

    const std::shared_ptr<Handler> handler_;
    std::mutex mutex_;
    std::list<Event> waiting_;  // guarded by mutex_; the first one has its turn
};

/// The place of one call. Not thread-safe.
class Turn {
public:
    /// Takes the last place. Throws QueueFullError if too many calls wait, and std::bad_alloc.
    explicit Turn(std::shared_ptr<Turns> turns);
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    /// Leaves the place. If it was the first, the next call has its turn.
    ~Turn();

    /// Returns an event that is set once all calls before this one have left.
    [[nodiscard]] const Event& begins() const noexcept { return *place_; }

private:
    const std::shared_ptr<Turns> turns_;
    std::list<Event>::iterator place_;
};

}  // namespace kazoo::detail::recipe
