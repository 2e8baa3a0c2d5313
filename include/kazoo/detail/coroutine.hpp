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

/// Resumes a coroutine when a result is ready.
class Resumption final : public Link {
public:
    /// `owned`: the coroutine belongs to nobody else, and ends if nothing will resume it.
    explicit Resumption(bool owned) noexcept : Link(true), owned_(owned) {}
    void set(std::coroutine_handle<> waiting) noexcept { waiting_ = waiting; }
    void run(ResultStateBase& result) noexcept override {
        try {
            std::coroutine_handle<>(waiting_).resume();  // this object may be gone after that
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

/// Suspends a coroutine until a result is ready. Destroying the coroutine meanwhile unlinks it.
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
        // After a successful link the coroutine may already run elsewhere and be gone: nothing of
        // this object is touched any more.
        const auto state = detail::state_of(result_);
        if (state->link(resumption_, kind)) {
            return true;
        }
        suspended_ = false;
        return false;
    }

    T await_resume() {
        suspended_ = false;
        return std::move(result_).get();
    }

protected:
    [[nodiscard]] const RefPtr<ResultState<T>>& awaited() const noexcept {
        return detail::state_of(result_);
    }

private:
    AsyncResult<T> result_;
    Resumption resumption_;
    bool suspended_ = false;
};

/// Awaits a result inside a coroutine of the library's type, as ResultAwaiter does, and lets
/// cancellation through.
template <class T, LinkKind kind>
class TrackedAwaiter : public ResultAwaiter<T, kind> {
public:
    TrackedAwaiter(AsyncResult<T> result, Cancellation& cancellation) noexcept
        : ResultAwaiter<T, kind>(std::move(result), true), cancellation_(cancellation) {}

    bool await_suspend(std::coroutine_handle<> waiting) {
        if (cancellation_.begin_await(this->awaited())) {
            cancel(*this->awaited());
        }
        return ResultAwaiter<T, kind>::await_suspend(waiting);
    }
    T await_resume() {
        cancellation_.end_await();
        return ResultAwaiter<T, kind>::await_resume();
    }

private:
    Cancellation& cancellation_;
};

/// Gives a coroutine something without suspending it.
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

/// The result of a coroutine: its cancellation goes to whatever the coroutine awaits.
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

/// What has a result to be awaited in its place (Event).
template <class T>
concept HasWaitAsync = requires(const T& awaited) {
    detail::state_of(awaited.wait_async());
};

inline std::shared_ptr<Handler> find_handler() noexcept {
    return nullptr;
}

/// The handler of the first argument that has one.
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

template <class T>
class CoroutinePromiseBase {
public:
    /// Throws std::bad_alloc, to the caller of the coroutine, which has not begun then.
    template <class... Args>
    explicit CoroutinePromiseBase(Args&... args)
        : state_(make_ref<CoroutineState<T>>(find_handler(args...))) {}
    CoroutinePromiseBase(const CoroutinePromiseBase&) = delete;
    CoroutinePromiseBase& operator=(const CoroutinePromiseBase&) = delete;
    /// With the result still here the coroutine has been destroyed before its end.
    ~CoroutinePromiseBase() {
        if (state_) {
            state_->cancellation.end_await();
            state_->abandon();
        }
    }

    AsyncResult<T> get_return_object() noexcept { return AsyncResult<T>(state_); }
    std::suspend_never initial_suspend() noexcept { return {}; }
    void unhandled_exception() noexcept {
        error_ = std::current_exception();
        state_->discard_prepared();
    }

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
    template <class Awaitable>
    decltype(auto) await_transform(Awaitable&& awaitable) {
        if constexpr (HasWaitAsync<std::remove_cvref_t<Awaitable>>) {
            return await_transform(awaitable.wait_async());
        } else {
            return static_cast<Awaitable&&>(awaitable);
        }
    }

    /// What is left to do when the coroutine has been destroyed.
    class Outcome {
    public:
        Outcome(RefPtr<CoroutineState<T>> state, std::exception_ptr error) noexcept
            : state_(std::move(state)), error_(std::move(error)) {}
        void deliver() noexcept {
            if (error_) {
                state_->fail(std::move(error_));
            } else {
                state_->publish();
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
    RefPtr<CoroutineState<T>> state_;

private:
    std::exception_ptr error_;
};

/// Completes the result after the coroutine's own variables are gone, so that whoever waits for
/// the result may destroy what they refer to.
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

    /// Straight to where it will be read: later a copy could no longer fail the coroutine.
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
