// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace kazoo::detail::client {

/// A node of a Chain. Does not remove itself when it is destroyed.
struct Chained {
    Chained() noexcept = default;
    Chained(const Chained&) = delete;
    Chained& operator=(const Chained&) = delete;

    [[nodiscard]] bool is_chained() const noexcept { return next != nullptr; }
    void insert_after(Chained& place) noexcept {
        previous = &place;
        next = place.next;
        place.next->previous = this;
        place.next = this;
    }
    /// Removes this from its chain, if it is in one.
    void unchain() noexcept {
        if (next != nullptr) {
            previous->next = next;
            next->previous = previous;
            previous = next = nullptr;
        }
    }

    Chained* previous = nullptr;
    Chained* next = nullptr;
};

/// An intrusive list. Does not own its nodes, which must be removed before either is destroyed. Not
/// thread-safe.
class Chain {
public:
    Chain() noexcept { end_.previous = end_.next = &end_; }

    [[nodiscard]] bool empty() const noexcept { return end_.next == &end_; }
    void push_back(Chained& node) noexcept { node.insert_after(*end_.previous); }
    /// Moves all nodes of `other` to the end of this chain, in their order.
    void append(Chain& other) noexcept {
        if (other.empty()) {
            return;
        }
        other.end_.next->previous = end_.previous;
        other.end_.previous->next = &end_;
        end_.previous->next = other.end_.next;
        end_.previous = other.end_.previous;
        other.end_.previous = other.end_.next = &other.end_;
    }
    /// Removes and returns the first node; null if there is none.
    [[nodiscard]] Chained* pop_front() noexcept {
        if (empty()) {
            return nullptr;
        }
        Chained* const first = end_.next;
        first->unchain();
        return first;
    }
    /// The place before the first node and after the last one.
    [[nodiscard]] Chained& end() noexcept { return end_; }

private:
    Chained end_;
};

}  // namespace kazoo::detail::client
