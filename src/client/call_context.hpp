// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/call_options.hpp>
#include <kazoo/client_options.hpp>
#include <kazoo/handler.hpp>
#include <kazoo/time.hpp>

#include <optional>
#include <stop_token>

namespace kazoo::detail::client {

/// The options of a call, completed by those of the client. The timeout is converted to a point in
/// time, which holds for all steps of the operation. DeadlineScopes of the caller are included.
class CallContext {
public:
    CallContext(
        const Handler& handler, const CallOptions& options, const ClientOptions& client_options
    );
    /// For what sends no requests: `call_timeout` is that of the client's options.
    CallContext(
        const Handler& handler,
        const CallOptions& options,
        const std::optional<Duration>& call_timeout
    );
    TimePoint deadline = TimePoint::max();
    std::stop_token stop_token;
    Resend resend = Resend::reads;
    bool reserved = false;      ///< see detail::ReservedCall
    bool server_paths = false;  ///< paths have their chroot already
};

}  // namespace kazoo::detail::client
