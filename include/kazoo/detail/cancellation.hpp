#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/detail/result_state.hpp>

#include <mutex>

KAZOO_API_BEGIN
namespace kazoo::detail {

struct UncancellableTag {};
struct ResetCancellationTag {};
struct CancelledTag {};

/// Whether a coroutine was cancelled, and what it awaits, which is what cancellation goes to.
class Cancellation {
public:
    /// Remembers what is awaited from now on; says whether it is to be cancelled at once, because
    /// cancellation was asked for before.
    [[nodiscard]] bool begin_await(RefPtr<ResultStateBase> awaited) noexcept;
    void end_await() noexcept;

    /// Notes that cancellation was asked for. Returns what to cancel; null if there is nothing, or
    /// in an uncancellable section.
    [[nodiscard]] RefPtr<ResultStateBase> request() noexcept;
    [[nodiscard]] bool requested() noexcept;
    /// Forgets it; says whether it was.
    bool reset() noexcept;

    void enter_section() noexcept;
    void leave_section() noexcept;

private:
    std::mutex mutex_;
    RefPtr<ResultStateBase> awaited_;
    bool requested_ = false;
    int sections_ = 0;
};

}  // namespace kazoo::detail
KAZOO_API_END
