// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/call_options.hpp>
#include <kazoo/handler.hpp>
#include <kazoo/time.hpp>

#include <optional>
#include <stop_token>

namespace kazoo::detail::client {

/// The options of a call with its timeout converted to a point in time, which holds for all steps
/// of the operation. DeadlineScopes of the caller are included.
class CallContext {
public:
    /// `usual_timeout` applies to calls whose options contain neither timeout nor deadline.
    CallContext(
        const Handler& handler,
        const CallOptions& options,
        const std::optional<Duration>& usual_timeout
    );
    TimePoint deadline = TimePoint::max();
    std::stop_token stop_token;
    bool server_paths = false;  ///< paths have their chroot already
};

}  // namespace kazoo::detail::client
