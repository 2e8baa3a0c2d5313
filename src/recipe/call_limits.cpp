// SPDX-License-Identifier: Apache-2.0
#include "recipe/call_limits.hpp"

#include <kazoo/async_result.hpp>
#include <kazoo/detail/retry_run.hpp>

#include <algorithm>

namespace kazoo::detail::recipe {

CallLimits::CallLimits(const CallOptions& options, const Handler& handler, CallKind kind)
    : options_(options), deadline_(DeadlineScope::present()), kind_(kind) {
    if (options.timeout()) {
        deadline_ = std::min(deadline_, deadline_after(&handler, *options.timeout()));
    }
    if (options.deadline()) {
        deadline_ = std::min(deadline_, *options.deadline());
    }
    if (options.timeout() != Duration::max()) {
        return;
    }
    kind_ = CallKind::waits;  // no limit was asked for, not even the client's
}

CallOptions CallLimits::step() const {
    CallOptions options = options_;
    if (kind_ == CallKind::waits || deadline_ != TimePoint::max()) {
        options.timeout(Duration::max());  // instead of ClientOptions::call_timeout
    }
    if (deadline_ != TimePoint::max()) {
        options.deadline(deadline_);
    }
    return options;
}

}  // namespace kazoo::detail::recipe
