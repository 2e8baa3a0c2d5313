/// What a coroutine that returns an AsyncResult can say about its own cancellation.
#pragma once

#include <kazoo/detail/cancellation.hpp>
#include <kazoo/detail/export.hpp>

#include <utility>

KAZOO_API_BEGIN
namespace kazoo {

/// While one of these lives, cancellation does not reach what its coroutine awaits. Move-only.
///
///     AsyncResult<void> held(KazooClient& zk, std::string path) {
///         const auto made = co_await zk.create_async(path, "", CreateOptions().ephemeral());
///         std::exception_ptr failure;
///         try {
///             co_await work(zk);
///         } catch (...) {
///             failure = std::current_exception();  // C++ allows no co_await in here
///         }
///         const auto section = co_await this_coro::uncancellable;
///         co_await zk.delete_async(made);          // also if `work` was cancelled
///         if (failure) std::rethrow_exception(failure);
///     }
///
/// A cancellation that is asked for meanwhile is remembered and reaches the first await after the
/// section, unless `this_coro::reset_cancellation` forgets it. Sections may be within one another.
/// Other limits remain: deadlines, stop tokens and the end of the client still end operations.
class [[nodiscard]] UncancellableSection {
public:
    /// Begins a section; `co_await this_coro::uncancellable` calls this.
    UncancellableSection(
        detail::RefPtr<detail::ResultStateBase> coroutine, detail::Cancellation& cancellation
    ) noexcept
        : coroutine_(std::move(coroutine)), cancellation_(&cancellation) {
        cancellation.enter_section();
    }
    UncancellableSection(UncancellableSection&&) noexcept = default;
    UncancellableSection& operator=(UncancellableSection&&) = delete;
    ~UncancellableSection() { end(); }

    /// Ends the section before its time; nothing the second time.
    void end() noexcept {
        if (const auto coroutine = std::exchange(coroutine_, {})) {
            cancellation_->leave_section();
        }
    }

private:
    detail::RefPtr<detail::ResultStateBase> coroutine_;  // keeps the other alive
    detail::Cancellation* cancellation_;
};

/// To be awaited in coroutines that return an AsyncResult, and nowhere else. None of these
/// suspends. (Coroutines of Boost.Asio have asio::this_coro::reset_cancellation_state.)
namespace this_coro {

/// `const auto section = co_await this_coro::uncancellable;` begins an UncancellableSection.
inline constexpr detail::UncancellableTag uncancellable{};

/// `const bool was = co_await this_coro::reset_cancellation;` forgets that this coroutine was
/// cancelled, so that its next await is not; says whether it was.
inline constexpr detail::ResetCancellationTag reset_cancellation{};

/// `const bool is = co_await this_coro::cancelled;` says whether this coroutine was cancelled and
/// has not been reset since.
inline constexpr detail::CancelledTag cancelled{};

}  // namespace this_coro
}  // namespace kazoo
KAZOO_API_END
