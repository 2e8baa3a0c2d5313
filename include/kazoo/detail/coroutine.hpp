// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/async_result.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/this_coro.hpp>

#include <coroutine>
#include <exception>
#include <memory>
#include <type_traits>
#include <utility>

KAZOO_API_BEGIN
namespace kazoo {
namespace detail {

/// The link that resumes a coroutine when a result is ready. Part of the coroutine's frame.
class Resumption final : public Link {
public:
    /// `owned`: the coroutine returns an AsyncResult, so no other object owns its frame. If it will
    /// never be resumed, it is destroyed here.
    explicit Resumption(bool owned) noexcept : Link(Use::resumption), owned_(owned) {}
    void set(std::coroutine_handle<> waiting) noexcept { waiting_ = waiting; }
    void run(ResultStateBase& result) noexcept override {
        try {
            // Of a copy, because this object may be destroyed before resume() returns.
            std::coroutine_handle<>(waiting_).resume();
        } catch (...) {
            result.report_escaped(std::current_exception());
        }
    }
    void drop() noexcept override {
        if (owned_) {
            waiting_.destroy();
        }
    }

private:
    const bool owned_;
    std::coroutine_handle<> waiting_;
};

/// Suspends a coroutine of any type until a result is ready. If the coroutine is destroyed while it
/// is suspended, the destructor removes the link from the result.
template <class T, LinkKind kind>
class ResultAwaiter {
public:
    explicit ResultAwaiter(AsyncResult<T> result, bool owned = false) noexcept
        : result_(std::move(result)), resumption_(owned) {}
    ResultAwaiter(ResultAwaiter&&) = delete;
    ~ResultAwaiter() {
        if (suspended_) {
            detail::state_of(result_)->unlink(resumption_);
        }
    }

    [[nodiscard]] bool await_ready() const noexcept { return result_.ready(); }

    bool await_suspend(std::coroutine_handle<> waiting) noexcept {
        suspended_ = true;
        resumption_.set(waiting);
        // After a successful link the coroutine may be resumed by another thread and be destroyed,
        // with this object and the result, before link() returns. Hence no access afterwards.
        if (detail::state_of(result_)->link(resumption_, kind)) {
            return true;
        }
        suspended_ = false;
        return false;
    }

    T await_resume() {
        suspended_ = false;
        if constexpr (!std::is_void_v<T>) {
            auto& state = awaited();
            if (state.is_left_to_coroutine(resumption_) && state.successful()) {
                return state.take();  // moved out, although the library has a reference
            }
        }
        return std::move(result_).get();
    }

protected:
    void resumed() noexcept { suspended_ = false; }
    [[nodiscard]] ResultState<T>& awaited() const noexcept { return *detail::state_of(result_); }

private:
    AsyncResult<T> result_;
    Resumption resumption_;
    bool suspended_ = false;
};

/// The awaiter of coroutines that return an AsyncResult: passes cancellation of the coroutine on to
/// the awaited result.
template <class T, LinkKind kind>
class TrackedAwaiter : public ResultAwaiter<T, kind> {
public:
    TrackedAwaiter(AsyncResult<T> result, Cancellation& cancellation) noexcept
        : ResultAwaiter<T, kind>(std::move(result), true), cancellation_(cancellation) {}
    TrackedAwaiter(TrackedAwaiter&&) = delete;
    ~TrackedAwaiter() {
        if (awaits_) {
            cancellation_.end_await();
        }
    }

    bool await_suspend(std::coroutine_handle<> waiting) {
        awaits_ = true;
        if (cancellation_.begin_await(this->awaited())) {
            cancel(this->awaited());
        }
        return ResultAwaiter<T, kind>::await_suspend(waiting);
    }
    T await_resume() {
        end();
        return ResultAwaiter<T, kind>::await_resume();
    }

protected:
    /// Called when the coroutine is resumed.
    void end() noexcept {
        this->resumed();
        if (std::exchange(awaits_, false)) {
            cancellation_.end_await();
        }
    }

private:
    Cancellation& cancellation_;
    bool awaits_ = false;
};

/// The awaiter of `until_ready`.
template <class T>
class ReadyResultAwaiter : public TrackedAwaiter<T, LinkKind::direct> {
public:
    using TrackedAwaiter<T, LinkKind::direct>::TrackedAwaiter;
    void await_resume() noexcept { this->end(); }
};

/// An awaiter that returns `give()` without suspending the coroutine; for kazoo::this_coro.
template <class Give>
class ReadyAwaiter {
public:
    explicit ReadyAwaiter(Give give) noexcept : give_(give) {}
    [[nodiscard]] bool await_ready() const noexcept { return true; }
    void await_suspend(std::coroutine_handle<>) const noexcept {}
    [[nodiscard]] auto await_resume() noexcept { return give_(); }

private:
    Give give_;
};

/// The result of a coroutine. Cancelling it cancels what the coroutine awaits.
template <class T>
class CoroutineState final : public ResultState<T> {
public:
    using ResultState<T>::ResultState;
    bool cancel() override { return detail::cancel(*this); }
    ResultStateBase::Cancelling pass_cancellation() noexcept override {
        return {true, this->ready() ? RefPtr<ResultStateBase>() : cancellation.request()};
    }
    Cancellation cancellation;
};

/// Types with a member wait_async() that returns an AsyncResult, such as Event: `co_await x` means
/// `co_await x.wait_async()`.
template <class T>
concept HasWaitAsync = requires(const T& awaited) {
    detail::state_of(awaited.wait_async());
};

/// Ends the recursion of find_handler(): no argument has a handler.
inline std::shared_ptr<Handler> find_handler() noexcept {
    return nullptr;
}

/// Returns the handler of the first argument with a member handler() (a client, a result), or that
/// points to an object with one; null if there is none.
template <class First, class... Rest>
std::shared_ptr<Handler> find_handler(First& first, Rest&... rest) noexcept {
    if constexpr (requires { std::shared_ptr<Handler>(first.handler()); }) {
        return first.handler();
    } else if constexpr (requires {
                             static_cast<bool>(first);
                             std::shared_ptr<Handler>(first->handler());
                         }) {
        return first ? first->handler() : find_handler(rest...);
    } else {
        return find_handler(rest...);
    }
}

/// The promise type of coroutines that return an AsyncResult, without return_value/return_void.
template <class T>
class CoroutinePromiseBase {
public:
    /// `args`: the arguments of the coroutine function, for find_handler(). Throws std::bad_alloc
    /// to the caller of the coroutine function; its body has not run then.
    template <class... Args>
    explicit CoroutinePromiseBase(Args&... args)
        : state_(make_ref<CoroutineState<T>>(find_handler(args...))) {}
    CoroutinePromiseBase(const CoroutinePromiseBase&) = delete;
    CoroutinePromiseBase& operator=(const CoroutinePromiseBase&) = delete;
    /// take_outcome() clears state_ at the end of the body. If it is still set, the coroutine is
    /// being destroyed while suspended, and its result fails with CancelledError.
    ~CoroutinePromiseBase() {
        if (state_) {
            state_->abandon();
        }
    }

    AsyncResult<T> get_return_object() noexcept { return make_result<T>(state_); }
    std::suspend_never initial_suspend() noexcept { return {}; }
    void unhandled_exception() noexcept {
        error_ = std::current_exception();
        state_->discard_prepared();
    }

    // A coroutine whose arguments have no handler adopts that of the first result it awaits.
    template <class U>
    auto await_transform(AsyncResult<U> result) noexcept {
        state_->adopt_handler(result.handler());
        return TrackedAwaiter<U, LinkKind::lane>(std::move(result), state_->cancellation);
    }
    template <class U>
    auto await_transform(DirectResult<U> direct) noexcept {
        state_->adopt_handler(direct.result.handler());
        return TrackedAwaiter<U, LinkKind::direct>(std::move(direct.result), state_->cancellation);
    }
    auto await_transform(const UncancellableTag&) noexcept {
        return ReadyAwaiter([state = state_.get()] {
            return UncancellableSection(RefPtr<ResultStateBase>(state), state->cancellation);
        });
    }
    auto await_transform(const ResetCancellationTag&) noexcept {
        return ReadyAwaiter([state = state_.get()] { return state->cancellation.reset(); });
    }
    auto await_transform(const CancelledTag&) noexcept {
        return ReadyAwaiter([state = state_.get()] { return state->cancellation.requested(); });
    }
    template <class U>
    auto await_transform(ReadyResult<U> ready) noexcept {
        state_->adopt_handler(ready.result.handler());
        return ReadyResultAwaiter<U>(std::move(ready.result), state_->cancellation);
    }
    template <class Awaitable>
    decltype(auto) await_transform(Awaitable&& awaitable) {
        if constexpr (HasWaitAsync<std::remove_cvref_t<Awaitable>>) {
            return await_transform(awaitable.wait_async());
        } else {
            return static_cast<Awaitable&&>(awaitable);
        }
    }

    /// Completes the result. Independent of the coroutine frame, which is destroyed before that;
    /// see FinishAwaiter.
    class Outcome {
    public:
        Outcome(RefPtr<CoroutineState<T>> state, std::exception_ptr error) noexcept
            : state_(std::move(state)), error_(std::move(error)) {}
        void deliver() noexcept {
            if (error_) {
                state_->fail(std::move(error_));
            } else {
                ResultStateBase::publish(std::move(state_));
            }
        }

    private:
        RefPtr<CoroutineState<T>> state_;
        std::exception_ptr error_;
    };
    [[nodiscard]] Outcome take_outcome() noexcept {
        return Outcome(std::exchange(state_, {}), std::exchange(error_, nullptr));
    }

protected:
    RefPtr<CoroutineState<T>> state_;  // null once the body has ended

private:
    std::exception_ptr error_;  // the exception that left the body
};

/// Destroys the coroutine frame, then completes the result. In this order, because the code that
/// waits for the result may destroy objects that local variables and parameters of the coroutine
/// refer to.
template <class Promise>
struct FinishAwaiter {
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<Promise> done) noexcept {
        auto outcome = done.promise().take_outcome();
        done.destroy();
        outcome.deliver();
    }
    void await_resume() const noexcept {}
};

template <class T>
class CoroutinePromise : public CoroutinePromiseBase<T> {
public:
    using CoroutinePromiseBase<T>::CoroutinePromiseBase;

    /// Stores the value in the result at once. An exception from copying it is then thrown inside
    /// the coroutine and fails its result.
    template <class U = T>
    void return_value(U&& value) {
        this->state_->prepare(std::forward<U>(value));
    }
    FinishAwaiter<CoroutinePromise> final_suspend() noexcept { return {}; }
};

template <>
class CoroutinePromise<void> : public CoroutinePromiseBase<void> {
public:
    using CoroutinePromiseBase<void>::CoroutinePromiseBase;

    void return_void() noexcept {}
    FinishAwaiter<CoroutinePromise> final_suspend() noexcept { return {}; }
};

}  // namespace detail

template <class T>
detail::ResultAwaiter<T, detail::LinkKind::lane> operator co_await(AsyncResult<T> result) noexcept {
    return detail::ResultAwaiter<T, detail::LinkKind::lane>(std::move(result));
}

template <class T>
detail::ResultAwaiter<T, detail::LinkKind::direct> operator co_await(DirectResult<T> direct
) noexcept {
    return detail::ResultAwaiter<T, detail::LinkKind::direct>(std::move(direct.result));
}

}  // namespace kazoo
KAZOO_API_END
