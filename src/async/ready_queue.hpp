// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/lane_slot.hpp"

#include <kazoo/detail/result_state.hpp>

namespace kazoo::base {

/// The results of one thread, or fiber, that are ready and whose links have yet to run.
///
/// A link may make another result ready. Instead of running that one's links from within, the queue
/// runs them afterwards, so that a chain of results, of any length, takes constant stack:
///
///     run(A) -> drain: A.step() -> link of A makes B ready -> run(B): queued, returns
///                      B.step() <- next in the queue, at the same depth
///
/// The queue is a local variable of the outermost run(); LaneSlot::ready points to it. The results
/// themselves are the nodes, so queueing neither allocates nor fails. The queue owns a reference to
/// each. A result is in one queue at most: its flag `queued_`, guarded by its mutex, sees to that.
class ReadyQueue {
public:
    /// Runs the links of a result: at once, or after those of the result whose links the caller is
    /// running.
    static void run(detail::RefPtr<detail::ResultStateBase> ready) noexcept;

    /// Returns whether the caller is running links, so that run() would only queue a result.
    [[nodiscard]] static bool is_running() noexcept;
    /// Calls `first`, then runs what it has queued. Only if is_running() is false.
    template <class First>
    static void run_first(First&& first) noexcept {
        ReadyQueue queue;
        auto& slot = queue.begin();
        first();
        queue.end(slot);
    }

    /// Runs what the calling thread or fiber has queued. Must be called before it blocks: the
    /// result that it is about to wait for may depend on a queued one.
    static void run_pending() noexcept;

    ~ReadyQueue() = default;
    ReadyQueue(const ReadyQueue&) = delete;
    ReadyQueue& operator=(const ReadyQueue&) = delete;

private:
    ReadyQueue() noexcept = default;

    [[nodiscard]] LaneSlot& begin() noexcept;
    void end(LaneSlot& slot) noexcept;
    void push(detail::RefPtr<detail::ResultStateBase> ready) noexcept;
    void drain() noexcept;

    detail::ResultStateBase* first_ = nullptr;
    detail::ResultStateBase* last_ = nullptr;
};

}  // namespace kazoo::base
