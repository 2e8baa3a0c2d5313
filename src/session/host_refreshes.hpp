// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "session/request_queue.hpp"

#include <cstddef>
#include <vector>

namespace kazoo::session {

/// The callers that wait for the host provider to be asked again (Session::refresh_hosts), oldest
/// first. They share questions: a caller waits for the answer to a question that was asked after
/// its call, because an earlier one may be answered with an older list.
///
///     | c1 | c2 | c3 | c4 |
///     |<-asked_->|            c1 and c2 wait for the present question, c3 and c4 for the next
///
/// Passive, like the session.
class HostRefreshes {
public:
    HostRefreshes() = default;
    HostRefreshes(const HostRefreshes&) = delete;
    HostRefreshes& operator=(const HostRefreshes&) = delete;
    /// Abandons the callers that still wait.
    ~HostRefreshes();

    /// Adds a caller that waits for the next question. Throws std::bad_alloc and has then changed
    /// nothing.
    void add(RequestId id, RequestOwner owner, bool rebalances);
    [[nodiscard]] std::size_t size() const noexcept { return callers_.size(); }
    /// Returns whether a caller waits for a question that has not been asked.
    [[nodiscard]] bool want_question() const noexcept { return asked_ < callers_.size(); }

    /// A question has been asked, for all callers.
    void asked() noexcept { asked_ = callers_.size(); }
    /// The present question will not be asked after all. Its callers wait for the next one.
    void not_asked() noexcept { asked_ = 0; }
    /// Returns whether a caller waits for the answer to the present question.
    [[nodiscard]] bool want_answer() const noexcept { return asked_ > 0; }
    /// Returns whether one of those permits a move to another server.
    [[nodiscard]] bool rebalance() const noexcept;

    /// Removes and returns the oldest caller. Requires one.
    [[nodiscard]] RequestOwner take_oldest() noexcept;
    /// Removes a caller. Returns false if it does not wait any more.
    bool remove(RequestId id) noexcept;

private:
    struct Caller {
        RequestId id;
        RequestOwner owner;
        bool rebalances;
    };
    void erase(std::size_t index) noexcept;

    std::vector<Caller> callers_;
    std::size_t asked_ = 0;  // at most callers_.size()
};

}  // namespace kazoo::session
