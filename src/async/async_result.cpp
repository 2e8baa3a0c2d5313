// SPDX-License-Identifier: Apache-2.0
// The parts of AsyncResult that do not depend on the value type: deadlines, the error of a wait
// that timed out, and Cancellation, which belongs to a coroutine and is used by the threads that
// cancel it.
#include <kazoo/async_result.hpp>
#include <kazoo/exceptions.hpp>

namespace kazoo::detail {

TimePoint deadline_after(const Handler* handler, Duration timeout) noexcept {
    return later(handler != nullptr ? handler->now() : Clock::now(), timeout);
}

void throw_wait_timeout(const ResultStateBase& waiting_for) {
    Error error(
        ClientErrc::wait_timeout,
        Outcome::unknown,
        "wait",
        {},
        "the result is not ready; the operation continues; wait again or cancel it"
    );
    waiting_for.describe(error);
    throw_error(error);
}

/// The awaited result cannot be destroyed meanwhile: end_await() waits for the readers. A section
/// that the coroutine has left since the word was read does not matter: the result that it awaited
/// there is ready.
RefPtr<ResultStateBase> Cancellation::request() noexcept {
    readers_.fetch_add(1, std::memory_order_seq_cst);
    const auto word = word_.fetch_or(requested_bit, std::memory_order_seq_cst);
    const bool in_section = sections_.load(std::memory_order_seq_cst) != 0;
    auto* const awaited = reinterpret_cast<ResultStateBase*>(word & ~requested_bit);
    RefPtr<ResultStateBase> result(in_section ? nullptr : awaited);
    readers_.fetch_sub(1, std::memory_order_seq_cst);
    readers_.notify_all();
    return result;
}

void Cancellation::wait_for_readers() const noexcept {
    for (int readers = readers_.load(); readers != 0; readers = readers_.load()) {
        readers_.wait(readers);
    }
}

}  // namespace kazoo::detail
