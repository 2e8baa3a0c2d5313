// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace kazoo::detail::recipe {

/// The index of a node in a TreeStore.
using SlotId = std::uint32_t;
inline constexpr SlotId no_slot = std::numeric_limits<SlotId>::max();

/// A list of slots, each at most once and with a mark. All operations but `reserve` take constant
/// time and allocate nothing. 12 bytes for each slot that exists, in the list or not.
class SlotList {
public:
    /// Marks from 1; 0: the slot is not in the list.
    using Mark = std::uint8_t;

    /// Prepares for the slots 0 to `count` - 1. Throws std::bad_alloc.
    void reserve(std::size_t count) {
        if (links_.size() < count) {
            links_.resize(count);
        }
    }

    [[nodiscard]] bool empty() const noexcept { return first_ == no_slot; }
    [[nodiscard]] SlotId front() const noexcept { return first_; }
    /// Returns the slot behind `slot`; no_slot if it is the last.
    [[nodiscard]] SlotId next(SlotId slot) const noexcept { return links_[slot].next; }
    /// Returns the mark of a slot; 0 if it is not in the list.
    [[nodiscard]] Mark mark(SlotId slot) const noexcept {
        return slot < links_.size() ? links_[slot].mark : Mark{0};
    }

    /// Appends a slot, which must not be in the list.
    void push_back(SlotId slot, Mark mark) noexcept { insert(slot, last_, no_slot, mark); }
    /// Puts a slot, which must not be in the list, at its beginning.
    void push_front(SlotId slot, Mark mark) noexcept { insert(slot, no_slot, first_, mark); }

    /// Removes a slot if it is in the list.
    void erase(SlotId slot) noexcept {
        if (mark(slot) == 0) {
            return;
        }
        auto& link = links_[slot];
        (link.previous == no_slot ? first_ : links_[link.previous].next) = link.next;
        (link.next == no_slot ? last_ : links_[link.next].previous) = link.previous;
        link = Link();
    }
    void clear() noexcept {
        while (!empty()) {
            erase(first_);
        }
    }

    /// Returns the memory that the list needs, in bytes.
    [[nodiscard]] std::size_t bytes() const noexcept { return links_.capacity() * sizeof(Link); }

private:
    struct Link {
        SlotId previous = no_slot;
        SlotId next = no_slot;
        Mark mark = 0;
    };

    void insert(SlotId slot, SlotId previous, SlotId next, Mark mark) noexcept {
        assert(mark != 0 && slot < links_.size() && links_[slot].mark == 0);
        links_[slot] = {previous, next, mark};
        (previous == no_slot ? first_ : links_[previous].next) = slot;
        (next == no_slot ? last_ : links_[next].previous) = slot;
    }

    std::vector<Link> links_;
    SlotId first_ = no_slot;
    SlotId last_ = no_slot;
};

}  // namespace kazoo::detail::recipe
