// SPDX-License-Identifier: Apache-2.0
#include "client/core.hpp"

#include <kazoo/client_ref.hpp>

#include <stop_token>

namespace kazoo {

ClientRef::ClientRef(const KazooClient& client) noexcept
    : core_(detail::core_of(client)),
      handler_(client.handler()),
      logger_(detail::core_of(client)->options().logger()) {}

KazooRetry ClientRef::retry(const RetryPolicy& policy) const {
    KazooRetry retry(policy, handler_);
    if (const auto core = core_.lock()) {
        retry.interrupt(core->run_token());
    } else {
        std::stop_source ended;
        ended.request_stop();
        retry.interrupt(ended.get_token());
    }
    return retry;
}

}  // namespace kazoo
