#pragma once

#include "server/database/state.hpp"
#include "server/listener/listener_tls.hpp"
#include "server/member/member.hpp"

#include <kazoo/testing/server_options.hpp>

#include <cstddef>
#include <memory>
#include <string>

namespace kazoo::testing {

// Conversion of ServerOptions to the options of the server's parts. Invalid options throw
// ConfigurationError.

[[nodiscard]] server::StateOptions state_options(const ServerOptions& options);
/// `address` is that at which the server listens, `number` its index in an ensemble.
[[nodiscard]] server::MemberOptions member_options(
    const ServerOptions& options, const std::string& address, std::size_t number, bool replica
);
/// Returns null if the options do not ask for TLS.
[[nodiscard]] std::shared_ptr<server::ListenerTls> tls_of(const ServerOptions& options);

}  // namespace kazoo::testing
