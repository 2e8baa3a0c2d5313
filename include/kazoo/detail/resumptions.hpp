// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/detail/ref_counted.hpp>

#include <memory>
#include <mutex>

KAZOO_API_BEGIN
namespace kazoo {
class Handler;
class Waiter;
}  // namespace kazoo

namespace kazoo::base {
class LaneHelper;
}

namespace kazoo::detail {

class ResultStateBase;

/// A handler's list of results that are ready and have coroutines to resume on its completion lane.
/// A callback that blocks on that lane resumes these coroutines while it waits; otherwise they
/// would wait for the callback to return, and the callback possibly for them.
///
/// A turn that begins takes its results off the list, and puts the rest of them back if one of its
/// callbacks blocks on the lane: without blocked callers, the list costs two locks per turn.
///
/// Thread-safe. A result is listed only while a turn for it is pending on the lane or runs there,
/// which keeps it alive. Lock order: the mutex of a result before mutex_.
class Resumptions {
public:
    Resumptions() noexcept = default;
    Resumptions(const Resumptions&) = delete;
    Resumptions& operator=(const Resumptions&) = delete;

    /// Returns the list of this handler.
    [[nodiscard]] static Resumptions& of(Handler& handler) noexcept;

    /// Adds a result unless it is listed already. Returns the waiter of a caller that is blocked on
    /// the lane, which the caller of add() must notify after releasing its locks; null if there is
    /// none.
    [[nodiscard]] std::shared_ptr<Waiter> add(ResultStateBase& ready) noexcept;
    /// Adds the results of a turn.
    [[nodiscard]] std::shared_ptr<Waiter> add_turn(ResultStateBase* first) noexcept;
    /// Removes a result; no effect if it is not listed.
    void remove(ResultStateBase& result) noexcept;
    /// Removes the results of a turn.
    void remove_turn(ResultStateBase* first) noexcept;
    /// Returns the first result without removing it; null if the list is empty.
    [[nodiscard]] RefPtr<ResultStateBase> first() noexcept;

    /// Register and unregister a caller that is blocked on the lane.
    void begin_help(base::LaneHelper& helper) noexcept;
    void end_help(base::LaneHelper& helper) noexcept;

private:
    // These require mutex_ to be held:
    void list(ResultStateBase& ready) noexcept;
    void unlist(ResultStateBase& result) noexcept;
    [[nodiscard]] std::shared_ptr<Waiter> helping() const noexcept;

    std::mutex mutex_;
    // Guarded by mutex_:
    ResultStateBase* first_ = nullptr;  // linked through next_resumable_
    ResultStateBase* last_ = nullptr;
    base::LaneHelper* helpers_ = nullptr;  // the most recent first
};

}  // namespace kazoo::detail
KAZOO_API_END
