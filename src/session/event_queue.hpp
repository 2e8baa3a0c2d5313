// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "session/events.hpp"

#include <cassert>
#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <variant>

namespace kazoo::session {

/// The events that wait to be taken, oldest first.
///
/// Ending requests and sessions must not allocate, so memory is taken earlier: for its reply when a
/// request is accepted (promise), and some for the session's own events (standing):
///
///     | size_: events | promised_: replies to come | standing: own events | free |
///     |<----------------------------- capacity_ ------------------------------->|
///
/// reserve() establishes the part before `free`; push() may use the standing room, which the next
/// reserve() restores. At all times size_ + promised_ <= capacity_. Not thread-safe.
class EventQueue {
public:
    /// Room for events beside those that were promised or reserved. No single input adds as many,
    /// and the caller takes the events after each input.
    static constexpr std::size_t standing = 12;

    EventQueue() { reserve(0); }
    EventQueue(const EventQueue&) = delete;
    EventQueue& operator=(const EventQueue&) = delete;
    ~EventQueue();

    /// Reserves room for one more reply, until `push_promised` or `break_promise`. Throws
    /// std::bad_alloc and has then changed nothing.
    void promise() {
        reserve(1);
        ++promised_;
    }
    void break_promise() noexcept { --promised_; }
    void push_promised(ReplyEvent&& event) noexcept { add_promised() = std::move(event); }
    /// Adds an empty reply, for the caller to complete.
    [[nodiscard]] ReplyEvent& add_promised() noexcept {
        --promised_;
        return *std::get_if<ReplyEvent>(&append(std::in_place_type<ReplyEvent>));
    }

    /// Makes room for `n` more events, which the caller pushes before any other call. Throws
    /// std::bad_alloc and has then changed nothing.
    void reserve(std::size_t n);
    /// Uses the room that was reserved, or some of the standing room.
    void push(Event&& event) noexcept;

    /// Moves the oldest events into `into`, as many as fit. Returns how many.
    [[nodiscard]] std::size_t take(std::span<Event> into) noexcept;
    /// Called when the bytes of replies are about to become invalid: replies that have not been
    /// taken fail with out_of_memory.
    void forget_bodies() noexcept;

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }

private:
    template <class... Args>
    Event& append(Args&&... args) noexcept {
        assert(size_ + promised_ < capacity_);
        auto* const event = std::construct_at(&at(size_), std::forward<Args>(args)...);
        ++size_;
        return *event;
    }
    void reallocate(std::size_t capacity);
    void give_back() noexcept;
    [[nodiscard]] Event& at(std::size_t i) noexcept {
        const auto slot = head_ + i;
        return slots_[slot < capacity_ ? slot : slot - capacity_];
    }

    // A ring in uninitialised memory: only the slots of waiting events hold objects, so that memory
    // that was reserved and is never used is never touched.
    Event* slots_ = nullptr;
    std::size_t capacity_ = 0;
    std::size_t head_ = 0;      // slot of the oldest event
    std::size_t size_ = 0;      // events that wait
    std::size_t promised_ = 0;  // replies that will come
};

/// Makes a reply that has a body fail with out_of_memory; the body could not be delivered.
void forget_body(ReplyEvent& reply) noexcept;

/// Promises room for the reply to a request until it is kept or, if the request is not accepted
/// after all, breaks the promise.
class ReplyRoom {
public:
    ReplyRoom(EventQueue& events, bool wanted) : events_(wanted ? &events : nullptr) {
        if (wanted) {
            events.promise();
        }
    }
    ReplyRoom(const ReplyRoom&) = delete;
    ReplyRoom& operator=(const ReplyRoom&) = delete;
    ~ReplyRoom() {
        if (events_ != nullptr) {
            events_->break_promise();
        }
    }
    void keep() noexcept { events_ = nullptr; }

private:
    EventQueue* events_;
};

}  // namespace kazoo::session
