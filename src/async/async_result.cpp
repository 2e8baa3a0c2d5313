// SPDX-License-Identifier: Apache-2.0
// The parts of AsyncResult that do not depend on the value type: deadlines, the error of a wait
// that timed out, and Cancellation, which belongs to a coroutine and is used by the threads that
// cancel it.
#include <kazoo/async_result.hpp>
#include <kazoo/exceptions.hpp>

namespace kazoo::detail {

TimePoint deadline_after(const Handler* handler, Duration timeout) noexcept {
    return later(handler != nullptr ? handler->now() : Clock::now(), timeout);
}

void throw_wait_timeout(const ResultStateBase& waiting_for) {
    Error error(
        ClientErrc::wait_timeout,
        Outcome::unknown,
        "wait",
        {},
        "the result is not ready; the operation continues; wait again or cancel it"
    );
    waiting_for.describe(error);
    throw_error(error);
}

/// Returns what to cancel instead of cancelling it here: that runs user code, which must not happen
/// with the mutex held.
RefPtr<ResultStateBase> Cancellation::request() noexcept {
    const std::lock_guard lock(mutex_);
    requested_ = true;
    return RefPtr<ResultStateBase>(sections_ == 0 ? awaited_ : nullptr);
}

bool Cancellation::requested() noexcept {
    const std::lock_guard lock(mutex_);
    return requested_;
}

bool Cancellation::reset() noexcept {
    const std::lock_guard lock(mutex_);
    return std::exchange(requested_, false);
}

void Cancellation::enter_section() noexcept {
    const std::lock_guard lock(mutex_);
    ++sections_;
}

void Cancellation::leave_section() noexcept {
    const std::lock_guard lock(mutex_);
    --sections_;
}

}  // namespace kazoo::detail
