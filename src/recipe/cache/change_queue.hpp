// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "recipe/cache/slot_list.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace kazoo::detail::recipe {

/// What a cache reports besides changes of nodes.
enum class Note : std::uint8_t { suspended, reconnected, lost, initialized, resynced };
inline constexpr SlotId note_count = 5;

/// The changes that wait for one reader of a cache.
///
/// Conflating: an addition with later updates is one addition, several updates are one, an addition
/// with the removal is nothing, and of equal notes the last stays. So the queue never holds more
/// than each node and each note once, and cannot overflow. The data of additions and updates are
/// those that the node has when the change is taken; a removed node is kept until then.
///
/// Order: a node is added behind its parent and removed before it. Not synchronised.
class ChangeQueue {
public:
    enum class Kind : std::uint8_t { added = 1, updated, removed, note };

    class Change {
    public:
        Kind kind = Kind::note;
        SlotId node = no_slot;  ///< not with Kind::note
        Note note = Note::suspended;
    };

    /// Prepares for the nodes 0 to `slots` - 1. Throws std::bad_alloc.
    void reserve(std::size_t slots) { list_.reserve(slots + note_count); }

    void added(SlotId node) noexcept { push(place(node), Kind::added); }
    void updated(SlotId node) noexcept {
        if (list_.mark(place(node)) == 0) {
            push(place(node), Kind::updated);
        }
    }
    /// Returns false if the reader does not know the node: then it is not to be kept.
    [[nodiscard]] bool removed(SlotId node) noexcept {
        const bool unknown = kind(place(node)) == Kind::added;
        list_.erase(place(node));
        if (!unknown) {
            push(place(node), Kind::removed);
        }
        return !unknown;
    }
    void note(Note note) noexcept {
        const auto slot = static_cast<SlotId>(note);
        list_.erase(slot);
        push(slot, Kind::note);
    }

    /// Returns the next change, which stays in the queue; nothing if none waits.
    [[nodiscard]] std::optional<Change> front() const noexcept {
        if (list_.empty()) {
            return std::nullopt;
        }
        Change change;
        const auto slot = list_.front();
        change.kind = kind(slot);
        if (change.kind == Kind::note) {
            change.note = static_cast<Note>(slot);
        } else {
            change.node = slot - note_count;
        }
        return change;
    }
    void pop() noexcept { list_.erase(list_.front()); }
    [[nodiscard]] bool empty() const noexcept { return list_.empty(); }
    [[nodiscard]] std::size_t bytes() const noexcept { return list_.bytes(); }

private:
    [[nodiscard]] static SlotId place(SlotId node) noexcept { return node + note_count; }
    [[nodiscard]] Kind kind(SlotId slot) const noexcept {
        return static_cast<Kind>(list_.mark(slot));
    }
    void push(SlotId slot, Kind kind) noexcept {
        list_.push_back(slot, static_cast<SlotList::Mark>(kind));
    }

    SlotList list_;
};

}  // namespace kazoo::detail::recipe
