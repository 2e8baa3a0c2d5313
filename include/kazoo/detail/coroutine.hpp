#pragma once

#include <kazoo/async_result.hpp>
#include <kazoo/detail/export.hpp>

#include <coroutine>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>

KAZOO_API_BEGIN
namespace kazoo {
namespace detail {

/// Suspends a coroutine until a result is ready. Destroying the coroutine meanwhile unlinks it.
template <class T, LinkKind kind>
class ResultAwaiter {
public:
    explicit ResultAwaiter(AsyncResult<T> result) noexcept : result_(std::move(result)) {}
    ResultAwaiter(ResultAwaiter&&) = delete;
    ~ResultAwaiter() {
        if (suspended_) {
            result_.state()->unlink(id());
        }
    }

    [[nodiscard]] bool await_ready() const noexcept { return result_.ready(); }

    bool await_suspend(std::coroutine_handle<> waiting) {
        suspended_ = true;
        // After a successful link the coroutine may already run elsewhere and be gone: nothing of
        // this object is touched any more.
        const auto state = result_.state();
        if (state->link(id(), kind, [waiting](ResultStateBase&) { waiting.resume(); })) {
            return true;
        }
        suspended_ = false;
        return false;
    }

    T await_resume() {
        suspended_ = false;
        return std::move(result_).get();
    }

private:
    [[nodiscard]] std::uint64_t id() const noexcept {
        return reinterpret_cast<std::uintptr_t>(this);
    }

    AsyncResult<T> result_;
    bool suspended_ = false;
};

/// The result of a coroutine: its cancellation goes to whatever the coroutine awaits.
class AwaitedChild {
public:
    /// Remembers what is awaited; false when cancellation was asked for before.
    bool await(RefPtr<ResultStateBase> child);
    void done();
    bool cancel();

private:
    std::mutex mutex_;
    RefPtr<ResultStateBase> child_;
    bool cancelled_ = false;
};

template <class T>
class CoroutineState final : public ResultState<T> {
public:
    using ResultState<T>::ResultState;
    bool cancel() override { return !this->ready() && child.cancel(); }
    AwaitedChild child;
};

/// Awaits a result inside a coroutine of the library's type, as ResultAwaiter does, and lets
/// cancellation through.
template <class T, LinkKind kind>
class TrackedAwaiter : public ResultAwaiter<T, kind> {
public:
    TrackedAwaiter(AsyncResult<T> result, AwaitedChild& tracker) noexcept
        : ResultAwaiter<T, kind>(result), tracker_(tracker), awaited_(std::move(result)) {}

    bool await_suspend(std::coroutine_handle<> waiting) {
        if (!tracker_.await(awaited_.state())) {
            awaited_.cancel();
        }
        awaited_ = {};
        return ResultAwaiter<T, kind>::await_suspend(waiting);
    }
    T await_resume() {
        tracker_.done();
        awaited_ = {};
        return ResultAwaiter<T, kind>::await_resume();
    }

private:
    AwaitedChild& tracker_;
    AsyncResult<T> awaited_;
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
    template <class... Args>
    explicit CoroutinePromiseBase(Args&... args)
        : state_(make_ref<CoroutineState<T>>(find_handler(args...))) {}

    AsyncResult<T> get_return_object() noexcept { return AsyncResult<T>(state_); }
    std::suspend_never initial_suspend() noexcept { return {}; }
    void unhandled_exception() noexcept { error_ = std::current_exception(); }

    template <class U>
    auto await_transform(AsyncResult<U> result) {
        adopt(result);
        return TrackedAwaiter<U, LinkKind::lane>(std::move(result), state_->child);
    }
    template <class U>
    auto await_transform(DirectResult<U> direct) {
        adopt(direct.result);
        return TrackedAwaiter<U, LinkKind::direct>(std::move(direct.result), state_->child);
    }
    template <class Awaitable>
    Awaitable&& await_transform(Awaitable&& awaitable) noexcept {
        return std::forward<Awaitable>(awaitable);
    }

protected:
    template <class U>
    void adopt(const AsyncResult<U>& awaited) noexcept {
        if (!state_->handler()) {
            state_->adopt_handler(awaited.handler());
        }
    }

    RefPtr<CoroutineState<T>> state_;
    std::exception_ptr error_;
};

/// Completes the result after the coroutine's own variables are gone, so that whoever waits for
/// the result may destroy what they refer to.
template <class Promise>
struct FinishAwaiter {
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<Promise> done) noexcept {
        auto finish = done.promise().take_outcome();
        done.destroy();
        finish();
    }
    void await_resume() const noexcept {}
};

template <class T>
class CoroutinePromise : public CoroutinePromiseBase<T> {
public:
    using CoroutinePromiseBase<T>::CoroutinePromiseBase;

    template <class U = T>
    void return_value(U&& value) {
        value_.emplace(std::forward<U>(value));
    }
    FinishAwaiter<CoroutinePromise> final_suspend() noexcept { return {}; }
    auto take_outcome() noexcept {
        return [state = std::move(this->state_),
                error = std::move(this->error_),
                value = std::move(value_)]() mutable {
            if (error) {
                state->fail(std::move(error));
            } else {
                state->succeed(std::move(*value));
            }
        };
    }

private:
    std::optional<T> value_;
};

template <>
class CoroutinePromise<void> : public CoroutinePromiseBase<void> {
public:
    using CoroutinePromiseBase<void>::CoroutinePromiseBase;

    void return_void() noexcept {}
    FinishAwaiter<CoroutinePromise> final_suspend() noexcept { return {}; }
    auto take_outcome() noexcept {
        return [state = std::move(state_), error = std::move(error_)]() mutable {
            if (error) {
                state->fail(std::move(error));
            } else {
                state->succeed();
            }
        };
    }
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
