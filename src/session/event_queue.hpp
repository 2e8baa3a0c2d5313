#pragma once

#include "session/events.hpp"

#include <cstddef>
#include <memory>
#include <span>

namespace kazoo::session {

/// The events that wait to be taken, oldest first. Memory is taken when a request is accepted, not
/// when it ends: room for the reply to each accepted request is promised, and some room stands for
/// what the session itself has to say, so that ending requests and sessions never allocates.
class EventQueue {
public:
    /// How many events there is always room for beside those that were promised or reserved. One
    /// input adds fewer, and all are taken after each input.
    static constexpr std::size_t standing = 32;

    EventQueue() { reserve(0); }
    EventQueue(const EventQueue&) = delete;
    EventQueue& operator=(const EventQueue&) = delete;
    ~EventQueue();

    /// Room for one reply more, until `push_promised` or `break_promise`. Throws std::bad_alloc and
    /// has then changed nothing.
    void promise() {
        reserve(1);
        ++promised_;
    }
    void break_promise() noexcept { --promised_; }
    void push_promised(ReplyEvent&& event) noexcept {
        --promised_;
        append(std::move(event));
    }

    /// Room for `n` events more, to be pushed at once. Throws std::bad_alloc and has then changed
    /// nothing.
    void reserve(std::size_t n);
    /// Takes the room that was reserved, or some of the standing room.
    void push(Event&& event) noexcept { append(std::move(event)); }

    /// Moves the oldest events into `into`; says how many.
    [[nodiscard]] std::size_t take(std::span<Event> into) noexcept;
    /// The bytes of replies are no longer valid: the replies that still wait fail.
    void forget_bodies() noexcept;

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }

private:
    void append(Event&& event) noexcept;
    void reallocate(std::size_t capacity);
    void give_back() noexcept;
    [[nodiscard]] Event& at(std::size_t i) noexcept { return slots_[(head_ + i) % capacity_]; }

    // A ring in raw memory: what was reserved and never used is never touched.
    Event* slots_ = nullptr;
    std::size_t capacity_ = 0;
    std::size_t head_ = 0;
    std::size_t size_ = 0;
    std::size_t promised_ = 0;
};

/// Makes a reply fail whose bytes could not be handed over.
void forget_body(ReplyEvent& reply) noexcept;

}  // namespace kazoo::session
