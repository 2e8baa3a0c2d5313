// SPDX-License-Identifier: Apache-2.0
// How the driver takes events from the session, and delivers them.
#include "driver/driver.hpp"

namespace kazoo::driver {
namespace {

/// Releases what is left of an event, outside the mutex. A ReplyEvent stays one, because the next
/// event is probably a reply, too.
void release(session::Event& event) noexcept {
    if (auto* const reply = std::get_if<session::ReplyEvent>(&event)) {
        reply->request = {};
        reply->watcher = {};
    } else {
        event = session::ReplyEvent{};
    }
}

}  // namespace

/// Makes larger batches possible once one was full: most connections never have that many events.
/// Called when the last batch is delivered.
void Driver::grow_batch() noexcept {
    if (last_event_ < events_.size() || events_.size() == events_at_once) {
        return;
    }
    try {
        std::vector<session::Event> larger(events_at_once);
        events_.swap(larger);
        next_event_ = last_event_ = 0;
    } catch (const std::bad_alloc&) {
        return;
    }
}

/// Takes the next events from the session. Returns whether there may be more.
bool Driver::take_events() {
    grow_batch();
    KeeperState state{};
    bool over = false;
    const auto callbacks = sink_.callbacks();
    {
        const std::lock_guard lock(mutex_);
        next_event_ = 0;
        last_event_ = session_->take_events(events_, callbacks);
        over = session_->finished();
        state = session_->state();
    }
    if (over && !std::exchange(ending_, true)) {
        sink_.on_ending(state);
    }
    return last_event_ == events_.size();
}

/// Delivers the events that have been taken. Returns false if the sink lacks the memory for one; it
/// and the rest then wait.
bool Driver::deliver_taken() noexcept {
    for (; next_event_ < last_event_; ++next_event_) {
        auto& event = events_[next_event_];
        if (!give_to_sink(event)) {
            return false;
        }
        release(event);
    }
    return true;
}

/// Delivers the events of one part of an input, or some of them. More follow at once, so that
/// on_delivered() is not called yet. Returns as deliver_taken().
bool Driver::deliver_some() noexcept {
    if (!deliver_taken()) {
        return false;
    }
    static_cast<void>(take_events());
    return deliver_taken();
}

/// Delivers all events. Returns as deliver_taken().
bool Driver::deliver() noexcept {
    bool delivered = deliver_taken();
    for (bool more = true; delivered && more;) {
        more = take_events();
        delivered = deliver_taken();
    }
    sink_.on_delivered(last_input_);
    return delivered;
}

bool Driver::give_to_sink(session::Event& event) noexcept {
    constexpr int tries = 3;  // a shortage of memory may be momentary
    for (int i = 0; i < tries; ++i) {
        try {
            sink_.on_event(event);
            return true;
        } catch (...) {
            continue;
        }
    }
    return false;
}

}  // namespace kazoo::driver
