// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/detail/export.hpp>

#include <exception>
#include <utility>

KAZOO_API_BEGIN
namespace kazoo::base {

/// Exists on the stack while a task is passed to a loop or a handler. A task that is destroyed
/// without having run can then tell why: passing it on has failed, and the caller handles the
/// exception; or its loop was destroyed, perhaps by another exception.
class HandOver {
public:
    /// `task` identifies the task.
    explicit HandOver(const void* task) noexcept : task_(task) {}
    HandOver(const HandOver&) = delete;
    HandOver& operator=(const HandOver&) = delete;
    ~HandOver() { innermost() = outer_; }

    /// Returns true if the calling thread is passing this task on and an exception ends the
    /// attempt.
    [[nodiscard]] static bool is_failing(const void* task) noexcept {
        for (const auto* at = innermost(); at != nullptr; at = at->outer_) {
            if (at->task_ == task) {
                return std::uncaught_exceptions() > at->exceptions_;
            }
        }
        return false;
    }

private:
    static const HandOver*& innermost() noexcept;

    const void* const task_;
    const int exceptions_ = std::uncaught_exceptions();
    const HandOver* const outer_ = std::exchange(innermost(), this);
};

}  // namespace kazoo::base
KAZOO_API_END
