// SPDX-License-Identifier: Apache-2.0
#include "client/call_context.hpp"

#include <kazoo/detail/reserved_call.hpp>
#include <kazoo/detail/retry_run.hpp>

#include <algorithm>

namespace kazoo::detail::client {

CallContext::CallContext(
    const Handler& handler, const CallOptions& options, const ClientOptions& client_options
)
    : CallContext(handler, options, client_options.call_timeout()) {
    resend = options.resend().value_or(client_options.resend());
    reserved = detail::ReservedCall::is_marked(options);
}

CallContext::CallContext(
    const Handler& handler, const CallOptions& options, const std::optional<Duration>& call_timeout
)
    : deadline(detail::DeadlineScope::present()), stop_token(options.stop_token()) {
    // The earliest applies of the enclosing scope, the timeout and the deadline.
    const auto& timeout =
        options.timeout() || options.deadline() ? options.timeout() : call_timeout;
    if (timeout) {
        deadline = std::min(deadline, detail::later(handler.now(), *timeout));
    }
    if (options.deadline()) {
        deadline = std::min(deadline, *options.deadline());
    }
}

}  // namespace kazoo::detail::client
