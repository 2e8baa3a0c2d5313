// SPDX-License-Identifier: Apache-2.0
// How callers wait for room in the queue of requests.
#include "session/session.hpp"

#include <algorithm>
#include <cstddef>

namespace kazoo::session {
namespace {

/// How many calls may wait for room even if fewer requests may be outstanding. A blocking call
/// waits in a thread of its own, so that a small limit for requests is none for callers.
constexpr std::size_t least_waits = 1024;

}  // namespace

RequestQueue::Accepted Session::wait_for_room(
    RequestOwner owner, Callbacks callbacks, Callbacks fails_at
) {
    if (const auto error = admit(RequestSpec())) {
        return {error};
    }
    if (callbacks == Callbacks::keep_up && waiting_.empty() && offered_ < requests_.room()) {
        return {};
    }
    if (waiting_.size() >= std::max(config_.limits.requests, least_waits)) {
        return {ClientErrc::queue_full};
    }
    ReplyRoom room(events_, true);
    const auto id = wait_bit | (last_wait_ + 1);
    waiting_.emplace(id, RoomWait{std::move(owner), fails_at});
    ++last_wait_;
    room.keep();
    return {{}, id};
}

/// A place that is offered is not reserved, but it is not offered to others as well until a request
/// has been accepted. A caller that does not use it delays others until a reply makes more room.
/// While the callbacks lag, none is offered, and only the waits end that this state ends.
void Session::grant_room(Callbacks callbacks) noexcept {
    if (requests_.size() == 0) {
        offered_ = 0;
    }
    if (callbacks == Callbacks::keep_up) {
        for (; !waiting_.empty() && offered_ < requests_.room(); ++offered_) {
            end_wait(waiting_.begin(), {});
        }
        return;
    }
    for (auto wait = waiting_.begin(); wait != waiting_.end();) {
        const auto ended = wait++;
        if (callbacks >= ended->second.fails_at) {
            end_wait(ended, ClientErrc::queue_full);
        }
    }
}

void Session::end_wait(RoomWaits::iterator wait, std::error_code error) noexcept {
    ReplyEvent event;
    event.request = std::move(wait->second.owner);
    event.error = error;
    event.outcome = Outcome::not_sent;
    waiting_.erase(wait);
    events_.push_promised(std::move(event));
}

bool Session::withdraw_wait(RequestId id) noexcept {
    if (waiting_.erase(id) == 0) {
        return false;
    }
    events_.break_promise();
    return true;
}

}  // namespace kazoo::session
