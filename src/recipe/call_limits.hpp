// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/call_options.hpp>
#include <kazoo/handler.hpp>
#include <kazoo/time.hpp>

#include <optional>
#include <stop_token>

namespace kazoo::detail::recipe {

/// Whether a call of a recipe waits for other processes. Then its requests have no limit but its
/// own: ClientOptions::call_timeout is meant for servers that do not answer.
enum class CallKind { waits, does_not_wait };

/// The limits of one call of a recipe, which apply to all its steps together. A value.
class CallLimits {
public:
    /// Converts a timeout into a deadline, counted from now. Within a KazooRetry its deadline
    /// applies in addition.
    CallLimits(const CallOptions& options, const Handler& handler, CallKind kind);

    /// Returns the options of one step.
    [[nodiscard]] CallOptions step() const;
    /// Returns when the call ends; TimePoint::max(): there is no limit.
    [[nodiscard]] TimePoint deadline() const noexcept { return deadline_; }
    [[nodiscard]] bool over(const Handler& handler) const noexcept {
        return deadline_ != TimePoint::max() && handler.now() >= deadline_;
    }
    [[nodiscard]] const std::stop_token& stop_token() const noexcept {
        return options_.stop_token();
    }

private:
    CallOptions options_;
    TimePoint deadline_ = TimePoint::max();
    CallKind kind_;
};

}  // namespace kazoo::detail::recipe
