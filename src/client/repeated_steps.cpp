// SPDX-License-Identifier: Apache-2.0
#include "client/repeated_steps.hpp"

#include "driver/environment_source.hpp"

#include <kazoo/detail/retry_run.hpp>
#include <kazoo/exceptions.hpp>

#include <algorithm>
#include <chrono>
#include <vector>

namespace kazoo::detail::client {
namespace {

using namespace std::chrono_literals;

/// The connection has pauses of its own. These are for servers that answer, but with errors.
RetryPolicy policy() {
    return RetryPolicy().delay(20ms).max_delay(2s);
}

}  // namespace

Failure Failure::in_flight() noexcept {
    Failure failure;
    failure.exception_ = std::current_exception();
    try {
        throw;
    } catch (const KazooException& error) {
        failure.code_ = error.code();
        failure.outcome_ = error.outcome();
    } catch (const std::bad_alloc&) {
        // Thrown before a request is submitted.
        failure.code_ = ClientErrc::out_of_memory;
        failure.outcome_ = Outcome::not_sent;
    } catch (...) {
        failure.code_ = ClientErrc::foreign_exception;
    }
    return failure;
}

bool Failure::is_passing() const noexcept {
    return code_ == Condition::retryable || code_ == Errc::session_expired ||
           code_ == Errc::unknown_session || code_ == ClientErrc::out_of_memory;
}

Error Failure::error() const {
    return error_from(exception_).outcome(outcome_);
}

AsyncResult<void> Pauses::next(const CallContext& context) {
    if (!backoff_) {
        backoff_.emplace(policy(), driver::random_seed(handler_.get()));
    }
    Duration pause = *backoff_->next();  // the policy does not limit the tries
    if (context.deadline != TimePoint::max()) {
        pause = std::clamp(context.deadline - handler_->now(), Duration::zero(), pause);
    }
    const Error ended(ClientErrc::connection_closed, Outcome::not_sent);
    auto result = detail::sleep_async(handler_, pause, {end_}, ended);
    if (context.stop_token.stop_possible()) {
        cancel_on_stop(*detail::state_of(result), context.stop_token);
    }
    return result;
}

bool Pauses::ended_by(const Failure& failure) noexcept {
    constexpr int most = 3;
    if (!failure) {
        without_memory_ = 0;
        return false;
    }
    return failure.code() != ClientErrc::out_of_memory || ++without_memory_ == most;
}

std::int64_t present_session(Core& core) {
    return core.with_session([](const session::Session& session, TimePoint) {
        return session.identity().id;
    });
}

CallContext without_limits(const Core& core) {
    CallContext context(*core.handler(), CallOptions(), core.options());
    context.deadline = TimePoint::max();  // also that of an enclosing DeadlineScope
    context.reserved = true;              // a full queue does not hold it back
    return context;
}

GuaranteedSlot take_slot(
    const std::shared_ptr<Core>& core, const char* operation, const std::string& path
) {
    auto& slots = core->guaranteed_slots();
    auto slot = slots.take(core);
    if (!slot) {
        throw_error(Error(
            ClientErrc::queue_full,
            Outcome::not_sent,
            operation,
            path,
            "at most " + std::to_string(slots.limit()) +
                " protected creates and guaranteed deletes may be under way " +
                std::string(no_slot_text)
        ));
    }
    return slot;
}

void log_in_background(
    const Core& core, std::string_view what, const Failure& failure, bool client_has_ended
) noexcept {
    const auto level = client_has_ended ? LogLevel::warning : LogLevel::error;
    try {
        const ClientLog log(core.options().logger(), core.options().client_name());
        try {
            auto text = std::string(what);
            text += failure ? ": " + failure.error().message() : std::string();
            log.write(level, text);
        } catch (const std::bad_alloc&) {
            log.write(level, what);
        }
    } catch (const std::bad_alloc&) {
        return;  // the line is lost
    }
}

}  // namespace kazoo::detail::client
