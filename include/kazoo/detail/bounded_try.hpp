// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/async_result.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/detail/owning_link.hpp>
#include <kazoo/detail/result_state.hpp>
#include <kazoo/detail/retry_run.hpp>

#include <atomic>
#include <cstddef>
#include <exception>
#include <memory>
#include <type_traits>
#include <utility>

KAZOO_API_BEGIN
namespace kazoo::detail {

/// The result of one try of a retry: the outcome of the try, or an error if the deadline passes
/// first. A coroutine may continue after that, and refers to the function that started it if that
/// is a lambda: this object keeps the function until the try itself has ended.
template <class T, class F>
class BoundedTry final : public ResultState<T> {
public:
    BoundedTry(std::shared_ptr<Handler> handler, std::shared_ptr<F> function)
        : ResultState<T>(std::move(handler)), function_(std::move(function)) {}

    /// Calls the function. Operations that it starts have no more time than `end`.
    void begin(TimePoint end) {
        {
            const DeadlineScope scope(end);
            tried_ = (*function_)();
        }
        if (!link_.begin(*this, 0, tried_)) {
            ready_at(0);
        }
    }

    void ready_at(std::size_t) noexcept {
        const auto& state = state_of(tried_);
        if (!state->successful()) {
            this->fail(state->exception());
            return;
        }
        try {
            if constexpr (std::is_void_v<T>) {
                this->succeed();
            } else {
                this->succeed(AsyncResult<T>(tried_).get());  // moves what cannot be copied
            }
        } catch (...) {  // the value cannot be copied
            this->fail(std::current_exception());
        }
    }

    [[nodiscard]] bool needs_lane() const noexcept override {
        return state_of(tried_)->needs_lane();
    }
    void describe(Error& error) const override { state_of(tried_)->describe(error); }
    bool cancel() override { return detail::cancel(*this); }
    ResultStateBase::Cancelling pass_cancellation() noexcept override {
        return {true, this->ready() ? RefPtr<ResultStateBase>() : state_of(tried_)};
    }

private:
    const std::shared_ptr<F> function_;
    AsyncResult<T> tried_;  // constant after begin()
    OwningLink<BoundedTry> link_;
};

/// A function of this library whose tries end at the deadline by themselves. Such a try is not
/// wrapped: its result is ready when it has ended, not before.
template <class F>
concept EndsInTime = requires {
    typename F::ends_in_time;
};

/// Starts a try whose result is ready at `end` at the latest. Sets `cut_short` to a flag that
/// becomes true if it is ready because of that; null if that cannot be.
template <class T, class F>
AsyncResult<T> begin_try(
    const std::shared_ptr<Handler>& handler,
    const std::shared_ptr<F>& function,
    TimePoint end,
    std::shared_ptr<const std::atomic<bool>>& cut_short
) {
    if constexpr (EndsInTime<F>) {
        const DeadlineScope scope(end);
        return (*function)();
    } else {
        const auto state = make_ref<BoundedTry<T, F>>(handler, function);
        state->begin(end);
        try {
            cut_short = end_at(handler, state, end);
        } catch (...) {  // out of memory
            state->cancel();
            throw;
        }
        return make_result<T>(state);
    }
}

}  // namespace kazoo::detail
KAZOO_API_END
