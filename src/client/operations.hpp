// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core.hpp"

#include <kazoo/async_result.hpp>
#include <kazoo/node.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kazoo::detail::client {

/// Returns whether a client path is the root of the server's tree, which cannot be deleted. The
/// root of a chroot is an ordinary node.
[[nodiscard]] bool is_root(const Core& core, std::string_view path);
[[nodiscard]] Error root_cannot_be_deleted();
[[nodiscard]] Error data_is_a_null_pointer();

// The operations that take one request: each builds its record, submits it, and decodes the reply
// into the value of its result. They do not block and throw nothing but std::bad_alloc; all other
// errors are in the result.

/// `T` is std::string, the path of the node, or CreatedNode, its path and its stat.
template <class T>
AsyncResult<T> create(
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
/// `T` is std::vector<std::string>, the names of the children, or ChildrenAndStat.
template <class T>
AsyncResult<T> get_children(
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
