// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cassert>
#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

namespace kazoo::base {

/// A queue in one block of memory: elements are added at the back and removed at the front, which
/// then costs no allocation, unlike with std::deque, whose blocks wander. Elements are accessed by
/// their distance from the front.
///
///     slots   |   | 3 | 4 |   |   | 0 | 1 | 2 |     a power of two of them, used as a ring
///                                   ^ head_
///
/// Adding an element may move all of them. Not thread-safe.
template <class T>
class Ring {
    static_assert(std::is_nothrow_move_constructible_v<T>);
    static_assert(std::is_nothrow_move_assignable_v<T>);

public:
    Ring() noexcept = default;
    Ring(const Ring&) = delete;
    Ring& operator=(const Ring&) = delete;
    ~Ring() {
        resize_down(0);
        free_slots();
    }

    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }

    [[nodiscard]] T& operator[](std::size_t i) noexcept {
        assert(i < size_);
        return slots_[slot(i)];
    }
    [[nodiscard]] const T& operator[](std::size_t i) const noexcept {
        assert(i < size_);
        return slots_[slot(i)];
    }
    [[nodiscard]] T& front() noexcept { return (*this)[0]; }
    [[nodiscard]] const T& front() const noexcept { return (*this)[0]; }

    /// Throws std::bad_alloc and has then changed nothing.
    void push_back(T&& value) {
        if (size_ == capacity_) {
            grow();
        }
        std::construct_at(slots_ + slot(size_), std::move(value));
        ++size_;
    }
    /// Adds a value-initialised element and returns it. Throws std::bad_alloc and has then changed
    /// nothing.
    T& emplace_back() {
        if (size_ == capacity_) {
            grow();
        }
        return *std::construct_at(slots_ + slot(size_++));
    }
    void pop_front() noexcept {
        assert(size_ > 0);
        std::destroy_at(slots_ + head_);
        head_ = slot(1);
        --size_;
    }
    /// Removes elements from the back until there are `n`.
    void resize_down(std::size_t n) noexcept {
        while (size_ > n) {
            std::destroy_at(slots_ + slot(--size_));
        }
    }
    /// Removes the elements from `first` to `last`, without the latter. Moves those behind them.
    void erase(std::size_t first, std::size_t last) noexcept {
        assert(first <= last && last <= size_);
        if (first == last) {
            return;
        }
        for (auto i = last; i < size_; ++i) {
            (*this)[first++] = std::move((*this)[i]);
        }
        resize_down(first);
    }
    /// Returns the first position from `begin` to `end` at which `before(element)` is false; it
    /// must be true for the elements before that position and false for those behind it.
    template <class Before>
    [[nodiscard]] std::size_t partition_point(std::size_t begin, std::size_t end, Before before)
        const {
        while (begin < end) {
            const auto middle = begin + (end - begin) / 2;
            before((*this)[middle]) ? begin = middle + 1 : end = middle;
        }
        return begin;
    }

    /// Returns the memory to the heap, if no element is left.
    void free_if_empty() noexcept {
        if (size_ == 0) {
            free_slots();
        }
    }

private:
    using Memory = std::allocator<T>;

    static constexpr std::size_t least_capacity = 8;

    [[nodiscard]] std::size_t slot(std::size_t i) const noexcept {
        return (head_ + i) & (capacity_ - 1);
    }
    void grow() {
        const auto larger = capacity_ == 0 ? least_capacity : 2 * capacity_;
        T* const slots = Memory().allocate(larger);  // throws before anything has changed
        for (std::size_t i = 0; i < size_; ++i) {
            std::construct_at(slots + i, std::move((*this)[i]));
            std::destroy_at(&(*this)[i]);
        }
        free_slots();
        slots_ = slots;
        capacity_ = larger;
    }
    void free_slots() noexcept {
        if (slots_ != nullptr) {
            Memory().deallocate(std::exchange(slots_, nullptr), capacity_);
        }
        capacity_ = head_ = 0;
    }

    T* slots_ = nullptr;  // uninitialised but for the size_ elements from head_ on
    std::size_t capacity_ = 0;
    std::size_t head_ = 0;
    std::size_t size_ = 0;
};

}  // namespace kazoo::base
