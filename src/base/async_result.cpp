#include "base/trampoline.hpp"

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
        "the result is not ready; the operation goes on: wait again or cancel it"
    );
    waiting_for.describe(error);
    throw_error(error);
}

bool AwaitedChild::await(RefPtr<ResultStateBase> child) {
    const std::lock_guard lock(mutex_);
    child_ = std::move(child);
    return !cancelled_;
}

void AwaitedChild::done() {
    const std::lock_guard lock(mutex_);
    child_ = {};
}

bool AwaitedChild::cancel() {
    RefPtr<ResultStateBase> child;
    {
        const std::lock_guard lock(mutex_);
        cancelled_ = true;
        child = child_;
    }
    // Not under the lock: completing the child may resume the coroutine, which calls done().
    if (child) {
        base::Trampoline::run([child = std::move(child)] { child->cancel(); });
    }
    return true;
}

}  // namespace kazoo::detail
