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

RequestQueue::Accepted Session::wait_for_room(RequestOwner owner) {
    if (const auto error = admit(RequestSpec())) {
        return {error};
    }
    if (waiting_.empty() && offered_ < requests_.room()) {
        return {};
    }
    if (waiting_.size() >= std::max(config_.limits.requests, least_waits)) {
        return {ClientErrc::queue_full};
    }
    ReplyRoom room(events_, true);
    const auto id = wait_bit | (last_wait_ + 1);
    waiting_.emplace(id, std::move(owner));
    ++last_wait_;
    room.keep();
    return {{}, id};
}

/// A place that is offered is not reserved, but it is not offered to others as well until a request
/// has been accepted. A caller that does not use it delays others until a reply makes more room.
void Session::grant_room() noexcept {
    if (requests_.size() == 0) {
        offered_ = 0;
    }
    while (!waiting_.empty() && offered_ < requests_.room()) {
        end_wait({});
        ++offered_;
    }
}

/// Ends the wait that is the oldest.
void Session::end_wait(std::error_code error) noexcept {
    ReplyEvent event;
    event.request = std::move(waiting_.begin()->second);
    event.error = error;
    event.outcome = Outcome::not_sent;
    waiting_.erase(waiting_.begin());
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
