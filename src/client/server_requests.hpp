// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core.hpp"

#include <kazoo/async_result.hpp>
#include <kazoo/node_operations.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kazoo::detail::client {

// The operations of one request that not all servers have, with the properties of those in
// operations.hpp.

AsyncResult<std::vector<std::string>> get_ephemerals(
    Core& core, std::string_view prefix, const CallContext& context
);
AsyncResult<std::int32_t> get_all_children_number(
    Core& core, std::string_view path, const CallContext& context
);
AsyncResult<std::vector<ClientInfo>> who_am_i(Core& core, const CallContext& context);
AsyncResult<NodeData> get_config(Core& core, const Watcher& watch, const CallContext& context);
AsyncResult<NodeData> reconfig(
    Core& core,
    std::string_view joining,
    std::string_view leaving,
    std::string_view new_members,
    std::int64_t from_config,
    const CallContext& context
);

}  // namespace kazoo::detail::client
