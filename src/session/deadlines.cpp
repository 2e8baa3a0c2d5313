// SPDX-License-Identifier: Apache-2.0
#include "session/deadlines.hpp"

#include <cassert>

namespace kazoo::session {
namespace {

constexpr std::size_t kept_deadlines = 4096;  // more memory is freed after a burst

}  // namespace

void Deadlines::remove(TimePoint deadline, Id id) noexcept {
    if (!ordered_.empty() && ordered_.front().id == id) {  // the usual case
        ordered_.pop_front();
        return trim();
    }
    const auto at = ordered_.partition_point(0, ordered_.size(), [id](const Entry& entry) {
        return entry.id < id;
    });
    if (at == ordered_.size() || ordered_[at].id != id) {
        others_.erase({deadline, id});
        return;
    }
    assert(ordered_[at].deadline == deadline && !ordered_[at].ended);
    ordered_[at].ended = true;
    ++ended_;
    trim();
}

/// Removes the ended entries at the front, and all of them if they are many.
void Deadlines::trim() noexcept {
    for (; !ordered_.empty() && ordered_.front().ended; --ended_) {
        ordered_.pop_front();
    }
    if (2 * ended_ > ordered_.size()) {
        std::size_t place = 0;
        for (std::size_t i = 0; i < ordered_.size(); ++i) {
            if (!ordered_[i].ended) {
                ordered_[place++] = ordered_[i];
            }
        }
        ordered_.resize_down(place);
        ended_ = 0;
    }
    if (ordered_.capacity() > kept_deadlines) {
        ordered_.free_if_empty();
    }
}

std::pair<TimePoint, Deadlines::Id> Deadlines::first() const noexcept {
    std::pair<TimePoint, Id> earliest(TimePoint::max(), 0);
    if (!ordered_.empty()) {
        earliest = {ordered_.front().deadline, ordered_.front().id};
    }
    return !others_.empty() && *others_.begin() < earliest ? *others_.begin() : earliest;
}

}  // namespace kazoo::session
