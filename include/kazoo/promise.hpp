#pragma once

#include <kazoo/async_result.hpp>
#include <kazoo/detail/export.hpp>

#include <atomic>
#include <exception>
#include <memory>
#include <type_traits>
#include <utility>

KAZOO_API_BEGIN
namespace kazoo {

namespace detail {
/// The result of a Promise: cancellation is told to the producer.
template <class T>
class PromiseState final : public ResultState<T> {
public:
    using ResultState<T>::ResultState;
    bool cancel() override {
        return this->fail(
            make_error(
                ClientErrc::cancelled,
                Outcome::unknown,
                "promise",
                "the result was cancelled by its owner"
            ),
            &cancelled_
        );
    }
    void on_cancel(UniqueFunction<void()> function) {
        ResultStateBase::Continuation run = [function = std::move(function)](ResultStateBase& state
                                            ) mutable {
            if (static_cast<PromiseState&>(state).cancelled_.load(std::memory_order_acquire)) {
                function();
            }
        };
        if (!this->link_direct(std::move(run))) {
            run(*this);
        }
    }

private:
    std::atomic<bool> cancelled_{false};
};
}  // namespace detail

/// The producing side of a result, for those who write asynchronous functions without coroutines
/// (kazoo: `handler.async_result()`, `set`, `set_exception`).
///
/// Any thread may complete it; the first completion counts. A promise that is destroyed without
/// one completes its result with CancelledError, so that no wait for it is endless. A value that
/// cannot be copied or moved into the result fails it with what that throws, or, for want of
/// memory, with OutOfMemoryError.
template <class T = void>
class Promise {
public:
    /// Callbacks of the result will run on `handler`; without one, in the thread that completes it,
    /// and if that is inside such a callback, after that has returned. Throws std::bad_alloc.
    explicit Promise(std::shared_ptr<Handler> handler = nullptr)
        : state_(detail::make_ref<detail::PromiseState<T>>(std::move(handler))) {}
    Promise(Promise&&) noexcept = default;
    Promise& operator=(Promise&& other) noexcept {
        std::swap(state_, other.state_);
        return *this;
    }
    ~Promise() {
        if (state_ && !state_->ready()) {
            state_->fail(detail::make_error(
                ClientErrc::cancelled,
                Outcome::unknown,
                "promise",
                "its promise was destroyed without a value"
            ));
        }
    }

    [[nodiscard]] AsyncResult<T> result() const { return AsyncResult<T>(state_); }

    /// Calls `function()` once if the result is cancelled before it is complete, at once if it was
    /// cancelled before: for the producer to stop its work. It is called in the thread that
    /// cancels, after the result has failed with CancelledError, and must not block. What it throws
    /// goes to the logger. Once the result is complete it is destroyed. May be given several times.
    /// Throws std::bad_alloc.
    template <class Function>
    requires std::is_invocable_v < std::decay_t<Function>
    & > void on_cancel(Function&& function) const {
        state_->on_cancel(UniqueFunction<void()>(std::forward<Function>(function)));
    }

    /// Completes with a value; false if the result was complete before (also by cancel).
    template <class... Args>
    bool set(Args&&... args) {
        return state_->succeed(std::forward<Args>(args)...);
    }
    bool set_exception(std::exception_ptr error) { return state_->fail(std::move(error)); }
    bool set_exception(Error error) { return state_->fail(std::move(error)); }
    template <class E>
    requires std::is_base_of_v<std::exception, E>
    bool set_exception(E error) { return state_->fail(std::make_exception_ptr(std::move(error))); }

private:
    detail::RefPtr<detail::PromiseState<T>> state_;
};

}  // namespace kazoo
KAZOO_API_END
