#pragma once

#include "client/core.hpp"

#include <kazoo/async_result.hpp>
#include <kazoo/node.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kazoo::detail::client {

/// Whether a path of the user's is the root of all nodes.
[[nodiscard]] bool is_root(const Core& core, std::string_view path);
[[nodiscard]] Error root_cannot_be_deleted();

// The operations of one request each: typed call to record, reply to value.

AsyncResult<std::string> create(
    Core& core,
    std::string_view path,
    const DataView& data,
    const CreateOptions& options,
    const AclList& acl,
    const CallContext& context
);
AsyncResult<CreatedNode> create_with_stat(
    Core& core,
    std::string_view path,
    const DataView& data,
    const CreateOptions& options,
    const AclList& acl,
    const CallContext& context
);
AsyncResult<std::optional<ZnodeStat>> exists(
    Core& core, std::string_view path, const Watcher& watch, const CallContext& context
);
AsyncResult<NodeData> get(
    Core& core, std::string_view path, const Watcher& watch, const CallContext& context
);
AsyncResult<std::vector<std::string>> get_children(
    Core& core, std::string_view path, const Watcher& watch, const CallContext& context
);
AsyncResult<ChildrenAndStat> get_children_with_stat(
    Core& core, std::string_view path, const Watcher& watch, const CallContext& context
);
AsyncResult<ZnodeStat> set(
    Core& core,
    std::string_view path,
    const DataView& data,
    std::int32_t version,
    const CallContext& context
);
AsyncResult<void> delete_node(
    Core& core, std::string_view path, std::int32_t version, const CallContext& context
);
AsyncResult<AclsAndStat> get_acls(Core& core, std::string_view path, const CallContext& context);
AsyncResult<ZnodeStat> set_acls(
    Core& core,
    std::string_view path,
    const AclList& acls,
    std::int32_t version,
    const CallContext& context
);
AsyncResult<std::string> sync(Core& core, std::string_view path, const CallContext& context);

}  // namespace kazoo::detail::client
