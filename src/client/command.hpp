#pragma once

#include "client/core.hpp"

#include <kazoo/async_result.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace kazoo::detail::client {

AsyncResult<std::string> command(Core& core, std::string_view word, const CallContext& context);
AsyncResult<std::vector<int>> server_version(std::shared_ptr<Core> core, CallContext context);

}  // namespace kazoo::detail::client
