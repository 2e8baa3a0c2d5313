// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ring.hpp"
#include "session/time.hpp"

#include <cstddef>
#include <cstdint>
#include <set>
#include <utility>

namespace kazoo::session {

/// The deadlines of requests, identified by their ids.
///
/// Most requests have the same time limit, so that each deadline is later than those before it, and
/// most end in the order of issue. Such deadlines are in a queue, which needs no memory per
/// request; the others are in a set.
///
///     ordered_  | 10:01 | (ended) | 10:04 | 10:04 |      ascending; the first has not ended
///     others_   { 10:02 }                                earlier than the last of ordered_ was
///
/// A request that ends in the middle of the queue stays there as ended. When half of them have
/// ended, those are removed: amortised constant time. Not thread-safe.
class Deadlines {
public:
    using Id = std::uint64_t;

    /// Adds a deadline. Ids must ascend. Throws std::bad_alloc and has then changed nothing.
    void add(TimePoint deadline, Id id) {
        if (ordered_.empty() || deadline >= last_) {
            ordered_.push_back({deadline, id, false});
            last_ = deadline;
        } else {
            others_.emplace(deadline, id);
        }
    }
    /// Removes a deadline that was added.
    void remove(TimePoint deadline, Id id) noexcept;

    [[nodiscard]] bool empty() const noexcept { return ordered_.empty() && others_.empty(); }
    /// Returns the earliest deadline; TimePoint::max() if there is none.
    [[nodiscard]] TimePoint next() const noexcept { return first().first; }
    /// Returns the id with the earliest deadline. Only if there is one.
    [[nodiscard]] Id next_id() const noexcept { return first().second; }

private:
    struct Entry {
        TimePoint deadline;
        Id id;
        bool ended;
    };

    [[nodiscard]] std::pair<TimePoint, Id> first() const noexcept;
    void trim() noexcept;

    base::Ring<Entry> ordered_;
    TimePoint last_{};       // of the last entry of ordered_
    std::size_t ended_ = 0;  // entries of ordered_ that have ended
    std::set<std::pair<TimePoint, Id>> others_;
};

}  // namespace kazoo::session
