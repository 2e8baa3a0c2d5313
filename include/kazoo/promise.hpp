#pragma once

#include <kazoo/async_result.hpp>
#include <kazoo/detail/export.hpp>

#include <exception>
#include <memory>
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
        return this->fail(Error(
            ClientErrc::cancelled,
            Outcome::unknown,
            "promise",
            {},
            "the result was cancelled by its owner"
        ));
    }
};
}  // namespace detail

/// The producing side of a result, for those who write asynchronous functions without coroutines
/// (kazoo: `handler.async_result()`, `set`, `set_exception`).
///
/// Any thread may complete it; the first completion counts. A promise that is destroyed without
/// one completes its result with CancelledError, so that nobody waits for ever.
template <class T = void>
class Promise {
public:
    /// Callbacks of the result will run on `handler`; without one, in the thread that completes it.
    explicit Promise(std::shared_ptr<Handler> handler = nullptr)
        : state_(detail::make_ref<detail::PromiseState<T>>(std::move(handler))) {}
    Promise(Promise&&) noexcept = default;
    Promise& operator=(Promise&& other) noexcept {
        std::swap(state_, other.state_);
        return *this;
    }
    ~Promise() {
        if (state_ && !state_->ready()) {
            state_->fail(Error(
                ClientErrc::cancelled,
                Outcome::unknown,
                "promise",
                {},
                "its promise was destroyed without a value"
            ));
        }
    }

    [[nodiscard]] AsyncResult<T> result() const { return AsyncResult<T>(state_); }

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
