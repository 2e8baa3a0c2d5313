#pragma once

#include "server/listener_tls.hpp"
#include "server/member.hpp"
#include "server/state.hpp"

#include <kazoo/testing/server_options.hpp>

#include <cstddef>
#include <memory>
#include <string>

namespace kazoo::testing {

// What the options mean to the parts of a server. These throw ConfigurationError.

[[nodiscard]] server::StateOptions state_options(const ServerOptions& options);
[[nodiscard]] server::MemberOptions member_options(
    const ServerOptions& options, const std::string& address, std::size_t number, bool replica
);
/// Null if clients are not to speak TLS.
[[nodiscard]] std::shared_ptr<server::ListenerTls> tls_of(const ServerOptions& options);

}  // namespace kazoo::testing
