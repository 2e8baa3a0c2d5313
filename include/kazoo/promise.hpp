// SPDX-License-Identifier: Apache-2.0
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
/// Result of a Promise. Cancelling it fails it at once and then runs the functions of on_cancel.
template <class T>
class PromiseState final : public ResultState<T> {
public:
    using ResultState<T>::ResultState;
    bool cancel() override {
        return this->fail(
            make_error(
                ClientErrc::cancelled, Outcome::unknown, "promise", "the result was cancelled"
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
    std::atomic<bool> cancelled_{false};  // set by `cancel` only, before the result is ready
};

/// An exception class. std::exception may be an ambiguous or inaccessible base of it.
template <class E>
concept ExceptionObject = std::is_base_of_v<std::exception, E>;
}  // namespace detail

/// A function object that stops the work of a producer: callable without arguments.
template <class F>
concept CancelFunction = (std::is_invocable_v<std::decay_t<F>&>);

/// The producing side of a result, for asynchronous functions that are not coroutines (kazoo's
/// `handler.async_result()` with `set` and `set_exception`).
///
///     AsyncResult<int> f(std::shared_ptr<Handler> handler) {
///         auto promise = std::make_shared<Promise<int>>(std::move(handler));
///         auto result = promise->result();
///         start_work([promise](int value) { promise->set(value); });
///         return result;
///     }
///
/// Completing and observing are thread-safe; the first completion counts. Destroying a promise
/// whose result is pending fails it with CancelledError, so that no wait for it is endless. If
/// storing the value throws, the result fails with that exception, std::bad_alloc as
/// OutOfMemoryError. A moved-from promise may only be destroyed or assigned to.
template <class T = void>
class Promise {
public:
    /// Creates a pending result. Its callbacks run on Lane::completion of `handler`; without a
    /// handler in the thread that completes it, and if that is within such a callback, after the
    /// callback returned. Throws std::bad_alloc.
    explicit Promise(std::shared_ptr<Handler> handler = nullptr)
        : state_(detail::make_ref<detail::PromiseState<T>>(std::move(handler))) {}
    Promise(Promise&&) noexcept = default;
    /// Exchanges the two promises.
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
                "the promise was destroyed without being completed"
            ));
        }
    }

    /// Returns the result; may be called repeatedly.
    [[nodiscard]] AsyncResult<T> result() const { return detail::make_result<T>(state_); }

    /// Registers a function to stop the producer's work if the result is cancelled. Several may be
    /// registered. `function()` is called once, in the thread that cancels, after the result has
    /// failed with CancelledError; if it was cancelled before, within this call. It must not block.
    /// Exceptions that it throws are logged by the handler, or leave this call if it runs within
    /// it. It is destroyed when the result is complete. Throws std::bad_alloc.
    template <CancelFunction Function>
    void on_cancel(Function&& function) const {
        state_->on_cancel(UniqueFunction<void()>(std::forward<Function>(function)));
    }

    /// Completes the result with a value constructed from `args`. Returns false if it was complete
    /// before, by cancellation for example. Linked continuations of the library and `direct`
    /// coroutines run within this call, callbacks on the lane.
    template <class... Args>
    bool set(Args&&... args) {
        return state_->succeed(std::forward<Args>(args)...);
    }
    /// Completes the result with an error, which must not be null. Returns as `set` does. The other
    /// forms take an Error, thrown as its exception class, and any exception object.
    bool set_exception(std::exception_ptr error) { return state_->fail(std::move(error)); }
    bool set_exception(Error error) { return state_->fail(std::move(error)); }
    template <detail::ExceptionObject E>
    bool set_exception(E error) {
        return state_->fail(std::make_exception_ptr(std::move(error)));
    }

private:
    detail::RefPtr<detail::PromiseState<T>> state_;
};

}  // namespace kazoo
KAZOO_API_END
