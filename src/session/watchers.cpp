// SPDX-License-Identifier: Apache-2.0
#include "session/watchers.hpp"

#include <array>

namespace kazoo::session {
namespace {

/// Merges two sorted lists.
Watch* merge(Watch* a, Watch* b) noexcept {
    Watch* first = nullptr;
    Watch* last = nullptr;
    while (a != nullptr || b != nullptr) {
        auto*& from = b == nullptr || (a != nullptr && a->order() < b->order()) ? a : b;
        auto* const next = from;
        from = next->next();
        if (last == nullptr) {
            first = next;
        } else {
            last->set_next(next);
        }
        last = next;
    }
    return first;
}

}  // namespace

/// A merge sort that needs no memory: parts[i] is a sorted list of 2^i watches, or empty.
void Watchers::sort() noexcept {
    if (first_ == nullptr || first_->next() == nullptr) {
        return;
    }
    std::array<Watch*, 64> parts{};
    while (first_ != nullptr) {
        auto* carried = take_first().release();
        carried->set_next(nullptr);
        auto* part = parts.begin();
        for (; *part != nullptr; ++part) {
            carried = merge(std::exchange(*part, nullptr), carried);
        }
        *part = carried;
    }
    for (auto* const part : parts) {
        first_ = merge(first_, part);
    }
}

}  // namespace kazoo::session
