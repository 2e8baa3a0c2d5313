// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/detail/result_state.hpp>

#include <atomic>
#include <cstdint>

KAZOO_API_BEGIN
namespace kazoo::detail {

// The types of this_coro::uncancellable, reset_cancellation and cancelled.
struct UncancellableTag {};
struct ResetCancellationTag {};
struct CancelledTag {};

/// The cancellation state of a coroutine: whether cancellation was requested, and the result that
/// the coroutine awaits, to which a request is passed on.
///
/// Thread-safe: a request may come from any thread while the coroutine runs on another. The caller
/// cancels the awaited result itself, because cancelling may run user code.
///
/// The awaiter owns the awaited result, and calls end_await() before it releases it. There is no
/// mutex, because every await of a coroutine calls these functions. Result and request are one
/// word, so that a result that is awaited at the time of a request is cancelled either because of
/// request() or because of begin_await(), not twice.
class Cancellation {
public:
    /// Called when the coroutine is about to await `awaited`. Returns true if `awaited` must be
    /// cancelled at once, because cancellation was requested before.
    [[nodiscard]] bool begin_await(ResultStateBase& awaited) noexcept {
        const auto address = reinterpret_cast<Word>(&awaited);
        Word before = word_.load(std::memory_order_relaxed);
        while (!word_.compare_exchange_weak(
            before, address | (before & requested_bit), std::memory_order_seq_cst
        )) {
        }
        return (before & requested_bit) != 0 && sections_.load(std::memory_order_relaxed) == 0;
    }
    void end_await() noexcept {
        word_.fetch_and(requested_bit, std::memory_order_seq_cst);
        if (readers_.load(std::memory_order_seq_cst) != 0) {
            wait_for_readers();
        }
    }

    /// Records a request. Returns the result to cancel; null if the coroutine awaits nothing, or is
    /// in an uncancellable section. The request then takes effect at its next await outside of such
    /// sections.
    [[nodiscard]] RefPtr<ResultStateBase> request() noexcept;
    [[nodiscard]] bool requested() const noexcept {
        return (word_.load(std::memory_order_seq_cst) & requested_bit) != 0;
    }
    /// Withdraws the request; returns true if there was one.
    bool reset() noexcept {
        return (word_.fetch_and(~requested_bit, std::memory_order_seq_cst) & requested_bit) != 0;
    }

    /// Begin and end an uncancellable section; sections may be nested. Called by the coroutine.
    void enter_section() noexcept { sections_.fetch_add(1, std::memory_order_seq_cst); }
    void leave_section() noexcept { sections_.fetch_sub(1, std::memory_order_seq_cst); }

private:
    using Word = std::uintptr_t;
    static constexpr Word requested_bit = 1;  // free in the address of a result

    void wait_for_readers() const noexcept;

    std::atomic<Word> word_{0};     // the address of the awaited result, and whether requested
    std::atomic<int> readers_{0};   // threads in request(), which may use the awaited result
    std::atomic<int> sections_{0};  // written by the coroutine
};

}  // namespace kazoo::detail
KAZOO_API_END
