// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/loop_work.hpp"

#include <kazoo/detail/export.hpp>

#include <array>
#include <cstddef>

// Exported: the components are shared libraries of their own.
KAZOO_API_BEGIN
namespace kazoo::base {

/// Returns what identifies the loop of an executor, for FollowUps and DrivenLoop: the address of
/// its context if its type is LoopExecutor, else null. Names no type of Asio, which is not used
/// here.
template <class LoopExecutor, class AnyExecutor>
[[nodiscard]] const void* loop_of(const AnyExecutor& executor) noexcept {
    const auto* const loop = executor.template target<LoopExecutor>();
    return loop != nullptr ? &loop->context() : nullptr;
}

/// Work that follows a handler of a loop in the same thread, as soon as the handler has returned:
///
///     the loop calls a handler
///         FollowUps scope(loop)
///         the handler: reads, delivers events    --add--> run the callbacks
///         scope.run()
///             run the callbacks: they submit     --add--> write the requests
///             write the requests
///     the loop waits for what comes next
///
/// If the work was posted instead, the loop would look for other events before each piece of it.
/// Only a few pieces are taken, so that other handlers of the loop have their turn.
///
/// Work that is added while other work runs may wait for the code of a user to return. If that code
/// itself runs the loop, the work is done with the next handler that has a scope.
///
/// A scope belongs to one thread and must not be left by an exception.
class FollowUps {
public:
    /// `loop` identifies the loop that runs this handler; null: no work follows.
    explicit FollowUps(const void* loop) noexcept;
    ~FollowUps();
    FollowUps(const FollowUps&) = delete;
    FollowUps& operator=(const FollowUps&) = delete;

    /// Does the work, unless a handler around this one is still running.
    void run() noexcept;

    /// Takes the work if this thread runs a handler of `loop` in a scope. Otherwise, and if there
    /// was enough work already, returns false and leaves `work` unchanged.
    [[nodiscard]] static bool add(const void* loop, LoopWork& work) noexcept;
    /// Returns what identifies the scope whose end the work that this thread adds waits for; null
    /// if it takes none.
    [[nodiscard]] static const void* scope_of(const void* loop) noexcept;

private:
    static constexpr std::size_t most = 6;

    void work() noexcept;

    const void* const loop_;
    FollowUps* const around_;  // the scope that is replaced by this one
    FollowUps* const root_;    // the outermost scope of the same loop, which has the work
    std::array<LoopWork, most> works_;
    std::size_t added_ = 0;
    std::size_t begun_ = 0;
    bool working_ = false;
};

}  // namespace kazoo::base
KAZOO_API_END
