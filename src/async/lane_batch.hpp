// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/detail/result_state.hpp>

#include <cstddef>
#include <utility>

KAZOO_API_BEGIN
namespace kazoo::base {

/// Results of one handler that one thread completes one after the other, such as those of the
/// replies that have arrived together: their callbacks take one task of the completion lane, not
/// one each. The results themselves are the nodes of the list, so that adding one neither allocates
/// nor fails.
///
/// Callbacks run in the order in which the results were added. What is to follow them on a lane has
/// to be dispatched after flush(). Used by one thread at a time.
class LaneBatch {
public:
    LaneBatch() noexcept = default;
    LaneBatch(const LaneBatch&) = delete;
    LaneBatch& operator=(const LaneBatch&) = delete;
    ~LaneBatch() { flush(); }

    /// Calls `complete`, which completes `result` in this batch, or does not complete it; takes
    /// over the reference if the result joins the batch.
    template <class Complete>
    void complete(detail::RefPtr<detail::ResultStateBase> result, Complete&& complete) noexcept {
        present_ = std::move(result);
        complete();
        present_ = {};
    }
    /// Gives up the reference to the result that is being completed, which does not join the batch.
    [[nodiscard]] detail::RefPtr<detail::ResultStateBase> take_present() noexcept {
        return std::exchange(present_, {});
    }
    /// Adds the result that is being completed, whose lane turn has begun. Dispatches the batch
    /// when it is full. `resumes`: whether coroutines await it.
    void add(detail::ResultStateBase& ready, bool resumes) noexcept;
    /// Dispatches the task for what has been added.
    void flush() noexcept;

private:
    // Small enough that the lane can begin while further replies are decoded.
    static constexpr std::size_t most_results = 12;
    static constexpr std::size_t most_bytes = 64 << 10;

    detail::RefPtr<detail::ResultStateBase> present_;  // while it is being completed
    detail::ResultStateBase* first_ = nullptr;
    detail::ResultStateBase* last_ = nullptr;
    std::size_t size_ = 0;
    std::size_t bytes_ = 0;
    bool resumes_ = false;  // coroutines await some of them
};

}  // namespace kazoo::base
KAZOO_API_END
