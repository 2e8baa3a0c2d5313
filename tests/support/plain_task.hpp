// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <coroutine>
#include <exception>
#include <utility>

namespace kazoo::testing_support {

/// A coroutine type as a user might write it, independent of this library. The coroutine starts
/// eagerly and is destroyed with this object, even while it is suspended.
class PlainTask {
public:
    struct promise_type {
        PlainTask get_return_object() {
            return PlainTask(std::coroutine_handle<promise_type>::from_promise(*this));
        }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_always final_suspend() noexcept { return {}; }
        void return_void() noexcept {}
        void unhandled_exception() noexcept { error = std::current_exception(); }
        std::exception_ptr error;
    };

    PlainTask(PlainTask&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    PlainTask(const PlainTask&) = delete;
    PlainTask& operator=(const PlainTask&) = delete;
    ~PlainTask() {
        if (handle_) handle_.destroy();
    }

    [[nodiscard]] bool done() const { return handle_.done(); }
    /// The exception that ended the coroutine, or null.
    [[nodiscard]] std::exception_ptr error() const { return handle_.promise().error; }

private:
    explicit PlainTask(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
    std::coroutine_handle<promise_type> handle_;
};

}  // namespace kazoo::testing_support
