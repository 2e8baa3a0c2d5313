// SPDX-License-Identifier: Apache-2.0
/// Control of its own cancellation for a coroutine that returns an AsyncResult.
#pragma once

#include <kazoo/detail/cancellation.hpp>
#include <kazoo/detail/export.hpp>

#include <utility>

KAZOO_API_BEGIN
namespace kazoo {

/// While an object of this class exists, cancelling its coroutine does not cancel what that awaits.
/// Move-only. Use it to complete a cleanup:
///
///     AsyncResult<void> held(KazooClient& zk, std::string path) {
///         const auto made = co_await zk.create_async(path, "", CreateOptions().ephemeral());
///         std::exception_ptr failure;
///         try {
///             co_await work(zk);
///         } catch (...) {
///             failure = std::current_exception();  // C++ does not allow co_await in a handler
///         }
///         const auto section = co_await this_coro::uncancellable;
///         co_await zk.delete_async(made);          // also if `work` was cancelled
///         if (failure) std::rethrow_exception(failure);
///     }
///
/// A cancellation requested during the section takes effect at the first await after it, unless
/// `this_coro::reset_cancellation` discards it. Sections may be nested. Deadlines, stop tokens and
/// the end of the client end operations within a section as usual.
class [[nodiscard]] UncancellableSection {
public:
    /// Begins a section; called by `co_await this_coro::uncancellable`.
    UncancellableSection(
        detail::RefPtr<detail::ResultStateBase> coroutine, detail::Cancellation& cancellation
    ) noexcept
        : coroutine_(std::move(coroutine)), cancellation_(&cancellation) {
        cancellation.enter_section();
    }
    UncancellableSection(UncancellableSection&&) noexcept = default;
    UncancellableSection& operator=(UncancellableSection&&) = delete;
    ~UncancellableSection() { end(); }

    /// Ends the section before the destructor does. Has no effect if it has ended.
    void end() noexcept {
        if (const auto coroutine = std::exchange(coroutine_, {})) {
            cancellation_->leave_section();
        }
    }

private:
    detail::RefPtr<detail::ResultStateBase> coroutine_;  // keeps the other alive
    detail::Cancellation* cancellation_;
};

/// Objects to await in coroutines that return an AsyncResult; other coroutines cannot await them.
/// None suspends the coroutine. (Coroutines of Boost.Asio have
/// asio::this_coro::reset_cancellation_state.)
namespace this_coro {

/// `const auto section = co_await this_coro::uncancellable;` begins an UncancellableSection.
inline constexpr detail::UncancellableTag uncancellable{};

/// `const bool was = co_await this_coro::reset_cancellation;` discards a cancellation of this
/// coroutine, so that its next await is not cancelled. Returns whether there was one.
inline constexpr detail::ResetCancellationTag reset_cancellation{};

/// `const bool is = co_await this_coro::cancelled;` returns whether this coroutine has been
/// cancelled and the cancellation has not been discarded.
inline constexpr detail::CancelledTag cancelled{};

}  // namespace this_coro
}  // namespace kazoo
KAZOO_API_END
