// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/listener/listener_tls.hpp"
#include "server/member/server_node_options.hpp"

#include <kazoo/testing/server_options.hpp>

#include <memory>

namespace kazoo::testing {

// The parts of ServerOptions that concern TLS and SASL. Invalid options throw ConfigurationError,
// whose text names files and users, but contains no passwords.

/// Returns null if the options do not ask for TLS.
[[nodiscard]] std::shared_ptr<server::ListenerTls> tls_of(const ServerOptions& options);

/// Returns null if there are no users.
[[nodiscard]] std::shared_ptr<const server::SaslUsers> sasl_users_of(const ServerOptions& options);

}  // namespace kazoo::testing
