// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/detail/result_state.hpp>
#include <kazoo/detail/small_mutex.hpp>

#include <mutex>

KAZOO_API_BEGIN
namespace kazoo::detail {

// The types of this_coro::uncancellable, reset_cancellation and cancelled.
struct UncancellableTag {};
struct ResetCancellationTag {};
struct CancelledTag {};

/// The cancellation state of a coroutine: whether cancellation was requested, and the result that
/// the coroutine awaits, to which a request is passed on.
///
/// Thread-safe: a request may come from any thread while the coroutine runs on another. The caller
/// cancels the awaited result itself, after the mutex is released, because cancelling may run user
/// code.
///
/// The awaiter owns the awaited result, and calls end_await() before it lets go of it.
class Cancellation {
public:
    /// Called when the coroutine is about to await `awaited`. Returns true if `awaited` must be
    /// cancelled at once, because cancellation was requested before.
    [[nodiscard]] bool begin_await(ResultStateBase& awaited) noexcept {
        const std::lock_guard lock(mutex_);
        awaited_ = &awaited;
        return requested_ && sections_ == 0;
    }
    void end_await() noexcept {
        const std::lock_guard lock(mutex_);
        awaited_ = nullptr;
    }

    /// Records a request. Returns the result to cancel; null if the coroutine awaits nothing, or is
    /// in an uncancellable section. The request then takes effect at its next await outside of such
    /// sections.
    [[nodiscard]] RefPtr<ResultStateBase> request() noexcept;
    [[nodiscard]] bool requested() noexcept;
    /// Withdraws the request; returns true if there was one.
    bool reset() noexcept;

    /// Begin and end an uncancellable section; sections may be nested.
    void enter_section() noexcept;
    void leave_section() noexcept;

private:
    SmallMutex mutex_;
    // Guarded by mutex_:
    ResultStateBase* awaited_ = nullptr;  // null while the coroutine runs
    bool requested_ = false;
    int sections_ = 0;
};

}  // namespace kazoo::detail
KAZOO_API_END
