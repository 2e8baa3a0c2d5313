// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/detail/export.hpp>

#include <exception>
#include <utility>

KAZOO_API_BEGIN
namespace kazoo::base {

/// To be on the stack while a loop or a handler is given a task. A task that is destroyed without
/// having run then knows whether that has failed: the caller gets the exception and sees to the
/// task. Otherwise its loop has been destroyed, perhaps by an exception, too.
class HandOver {
public:
    /// `task` identifies the task.
    explicit HandOver(const void* task) noexcept : task_(task) {}
    HandOver(const HandOver&) = delete;
    HandOver& operator=(const HandOver&) = delete;
    ~HandOver() { innermost() = outer_; }

    /// Whether the calling thread is giving the task away and leaves that with an exception.
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
