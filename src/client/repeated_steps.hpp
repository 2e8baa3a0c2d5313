// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core.hpp"
#include "values/backoff.hpp"

#include <kazoo/async_result.hpp>

#include <cstdint>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <system_error>

namespace kazoo::detail::client {

// For operations that repeat their steps until they know the outcome.

/// How a step has failed. Copies no texts, so that it can be recorded without memory.
class Failure {
public:
    Failure() noexcept = default;
    /// Returns the exception that is being handled.
    [[nodiscard]] static Failure in_flight() noexcept;

    [[nodiscard]] explicit operator bool() const noexcept { return exception_ != nullptr; }
    [[nodiscard]] const std::error_code& code() const noexcept { return code_; }
    [[nodiscard]] Outcome outcome() const noexcept { return outcome_; }
    /// For a failure that came after the request was sent.
    void note_sent() noexcept { outcome_ = Outcome::unknown; }
    /// Returns whether the caller's time limit, stop token or cancellation has ended the step.
    [[nodiscard]] bool is_of_the_caller() const noexcept {
        return code_ == ClientErrc::cancelled || code_ == Errc::operation_timeout;
    }
    /// Returns whether the same step may succeed later, in this session or the next one.
    [[nodiscard]] bool is_passing() const noexcept;
    /// Throws std::bad_alloc.
    [[nodiscard]] Error error() const;

private:
    std::exception_ptr exception_;
    std::error_code code_;
    Outcome outcome_ = Outcome::unknown;
};

/// The pauses between the tries of such an operation. Used by one coroutine.
class Pauses {
public:
    explicit Pauses(const Core& core) : handler_(core.handler()), end_(core.run_token()) {}

    /// Returns a pause. It fails with CancelledError when the stop token of the call requests a
    /// stop, and with ConnectionClosedError when the client's life ends in which this was made. It
    /// does not go beyond the call's deadline. Throws std::bad_alloc.
    [[nodiscard]] AsyncResult<void> next(const CallContext& context);
    /// Returns whether the operation ends with the failure of a pause. If there was no memory for
    /// it, the operation goes on without, but not many times in a row. To be called after each
    /// pause; nothing has failed if `failure` is empty.
    [[nodiscard]] bool ended_by(const Failure& failure) noexcept;
    [[nodiscard]] bool client_has_ended() const noexcept { return end_.stop_requested(); }

private:
    const std::shared_ptr<Handler> handler_;
    const std::stop_token end_;
    std::optional<base::Backoff> backoff_;  // made for the first pause: most operations need none
    int without_memory_ = 0;  // the number of pauses in a row for which there was no memory
};

/// Returns the id of the present session; 0 if there is none. What a coroutine reads on the
/// connection's executor, right after a reply has resumed it there, is the session that the reply
/// belongs to; what it submits before it suspends again either belongs to that session or fails.
[[nodiscard]] std::int64_t present_session(Core& core);

/// Returns the context of what goes on without its caller.
[[nodiscard]] CallContext without_limits(const Core& core);

/// Takes a slot. Throws QueueFullError if none is free, std::bad_alloc.
[[nodiscard]] GuaranteedSlot take_slot(
    const std::shared_ptr<Core>& core, const char* operation, const std::string& path
);

/// Calls `begin`, which calls a coroutine that nothing waits for. Tries twice, because a shortage
/// of memory may be momentary; returns false if there is no memory.
template <class Begin>
[[nodiscard]] bool begin_in_background(const Begin& begin) {
    for (int i = 0; i < 2; ++i) {
        try {
            begin();
            return true;
        } catch (const std::bad_alloc&) {
        }
    }
    return false;
}

/// Logs how something has ended in the background: `what`, and the error if there is memory for its
/// text. As an error, unless the client has ended.
void log_in_background(
    const Core& core, std::string_view what, const Failure& failure, bool client_has_ended
) noexcept;

}  // namespace kazoo::detail::client
