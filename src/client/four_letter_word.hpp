// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core.hpp"

#include <kazoo/async_result.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace kazoo::detail::client {

// The operations that use four-letter words, on connections beside that of the session.

/// Sends a four-letter word to the connected server and returns its answer.
AsyncResult<std::string> command(Core& core, std::string_view word, const CallContext& context);
/// Returns the version of the connected server, such as {3, 8, 0}.
AsyncResult<std::vector<int>> server_version(std::shared_ptr<Core> core, CallContext context);

}  // namespace kazoo::detail::client
