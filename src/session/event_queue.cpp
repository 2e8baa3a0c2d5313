// SPDX-License-Identifier: Apache-2.0
#include "session/event_queue.hpp"

#include <algorithm>
#include <cassert>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace kazoo::session {
namespace {

// reallocate() and take() move events and must not fail half-way.
static_assert(std::is_nothrow_move_constructible_v<Event>);
static_assert(std::is_nothrow_move_assignable_v<Event>);

/// A larger capacity is freed once the queue is empty and no reply is promised.
constexpr std::size_t kept_capacity = 4096;

using Memory = std::allocator<Event>;

}  // namespace

EventQueue::~EventQueue() {
    for (std::size_t i = 0; i < size_; ++i) {
        std::destroy_at(&at(i));
    }
    if (slots_ != nullptr) {
        Memory().deallocate(slots_, capacity_);
    }
}

void EventQueue::reserve(std::size_t n) {
    const auto needed = size_ + promised_ + standing + n;
    if (needed > capacity_) {
        reallocate(std::max(needed, capacity_ + capacity_ / 2));
    }
}

void EventQueue::reallocate(std::size_t capacity) {
    auto* const slots = Memory().allocate(capacity);  // throws before anything has changed
    for (std::size_t i = 0; i < size_; ++i) {
        std::construct_at(slots + i, std::move(at(i)));
        std::destroy_at(&at(i));
    }
    if (slots_ != nullptr) {
        Memory().deallocate(slots_, capacity_);
    }
    slots_ = slots;
    capacity_ = capacity;
    head_ = 0;
}

/// Not inlined: g++ 12 would warn of members of the other kinds of events, which do not exist.
[[gnu::noinline]] void EventQueue::push(Event&& event) noexcept {
    append(std::move(event));
}

std::size_t EventQueue::take(std::span<Event> into) noexcept {
    const auto n = std::min(into.size(), size_);
    for (std::size_t i = 0; i < n; ++i) {
        auto& oldest = at(0);
        auto* const from = std::get_if<ReplyEvent>(&oldest);
        auto* const to = std::get_if<ReplyEvent>(&into[i]);
        if (from != nullptr && to != nullptr) {  // the usual case
            *to = std::move(*from);
            std::destroy_at(from);
        } else {
            into[i] = std::move(oldest);
            std::destroy_at(&oldest);
        }
        head_ = head_ + 1 == capacity_ ? 0 : head_ + 1;
        --size_;
    }
    if (size_ == 0) {
        head_ = 0;  // so that a short queue stays in the same few cache lines
        if (promised_ == 0 && capacity_ > kept_capacity) {
            give_back();
        }
    }
    return n;
}

void EventQueue::give_back() noexcept {
    try {
        reallocate(2 * standing);
    } catch (const std::bad_alloc&) {
        return;  // the larger memory is kept
    }
}

void EventQueue::forget_bodies() noexcept {
    for (std::size_t i = 0; i < size_; ++i) {
        if (auto* const reply = std::get_if<ReplyEvent>(&at(i))) {
            forget_body(*reply);
        }
    }
}

void forget_body(ReplyEvent& reply) noexcept {
    if (!reply.body.empty()) {
        reply.body = {};
        reply.error = ClientErrc::out_of_memory;
    }
}

}  // namespace kazoo::session
