// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/database/database.hpp"
#include "server/member/server_node.hpp"

#include <kazoo/testing/server_options.hpp>

#include <cstddef>
#include <string>

namespace kazoo::testing {

// Conversion of ServerOptions to the options of the server's parts. Invalid options throw
// ConfigurationError.

[[nodiscard]] server::DatabaseOptions database_options(const ServerOptions& options);
/// `address` is that at which the server listens, `number` its index in an ensemble.
[[nodiscard]] server::ServerNodeOptions node_options(
    const ServerOptions& options, const std::string& address, std::size_t number, bool replica
);
[[noreturn]] void throw_configuration_error(std::string why);

}  // namespace kazoo::testing
