// SPDX-License-Identifier: Apache-2.0
// The steps of SASL exchanges, which mechanisms of the user's take.
#include "client/core.hpp"

namespace kazoo::detail::client {

/// Called on the connection's executor.
void Core::take_sasl_step(std::uint64_t session, const session::SaslAction& step) {
    const SaslServer server(step.host.host, step.server.port, step.server.address, step.server.tls);
    auto answer = [weak = weak_from_this(),
                   session,
                   attempt = step.attempt](const session::SaslAnswer& result) {
        if (const auto core = weak.lock()) {
            core->driver_.answer_sasl(session, attempt, result);
        }
    };
    sasl_steps_.take(options_.sasl(), *handler_, server, step, std::move(answer));
}

}  // namespace kazoo::detail::client
