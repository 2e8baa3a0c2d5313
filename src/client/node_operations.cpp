// SPDX-License-Identifier: Apache-2.0
// The public functions that KazooClient inherits from NodeOperations.
#include "client/blocking_call.hpp"
#include "client/core.hpp"
#include "client/guaranteed_operations.hpp"
#include "client/multi_step_operations.hpp"
#include "client/no_memory.hpp"
#include "client/node_acls.hpp"
#include "client/server_requests.hpp"

#include <kazoo/client.hpp>

namespace kazoo {

namespace {

namespace client = detail::client;
using client::CallContext;
using client::OwnedData;
using client::OwnedPath;

const std::shared_ptr<client::Core>& core_of(NodeOperations& operations) {
    return detail::core_of(static_cast<KazooClient&>(operations));
}

/// Calls `operation(core, context)` with the options of the call. Returns its result; a lack of
/// memory is in the result.
template <class Operation>
auto begin(NodeOperations& operations, const CallOptions& options, Operation&& operation) {
    const auto& core = core_of(operations);
    return client::or_no_memory([&] {
        return operation(core, CallContext(*core->handler(), options, core->options()));
    });
}

}  // namespace

AsyncResult<CreatedOrSet> NodeOperations::create_or_set_async(
    PathView path, const DataView& data, const CreateOptions& create, const CallOptions& options
) {
    return begin(*this, options, [&](const auto& core, const CallContext& context) {
        const auto acls = client::acls_of_create(*core, path, create);
        if (!acls) {
            static constexpr client::OpKind<CreatedOrSet> kind{"create_or_set", nullptr};
            return core->refused(kind, path, acls.failure());
        }
        return client::create_or_set(
            core, OwnedPath(path), OwnedData(data), create, *acls, context
        );
    });
}

CreatedOrSet NodeOperations::create_or_set(
    PathView path, const DataView& data, const CreateOptions& create, const CallOptions& options
) {
    return client::call_blocking(core_of(*this), options, [&](const auto& bounded) {
        return create_or_set_async(path, data, create, bounded);
    });
}

AsyncResult<std::vector<ChildNode>> NodeOperations::get_children_with_data_async(
    PathView path, const CallOptions& options
) {
    return begin(*this, options, [&](const auto& core, const CallContext& context) {
        return client::get_children_with_data(core, OwnedPath(path), context);
    });
}

std::vector<ChildNode> NodeOperations::get_children_with_data(
    PathView path, const CallOptions& options
) {
    return client::call_blocking(core_of(*this), options, [&](const auto& bounded) {
        return get_children_with_data_async(path, bounded);
    });
}

AsyncResult<void> NodeOperations::delete_recursive_async(
    PathView path, const CallOptions& options
) {
    return begin(*this, options, [&](const auto& core, const CallContext& context) {
        return client::delete_recursive(core, OwnedPath(path), context);
    });
}

void NodeOperations::delete_recursive(PathView path, const CallOptions& options) {
    client::call_blocking(core_of(*this), options, [&](const auto& bounded) {
        return delete_recursive_async(path, bounded);
    });
}

AsyncResult<void> NodeOperations::delete_guaranteed_async(
    PathView path, std::int64_t czxid, const CallOptions& options
) {
    return begin(*this, options, [&](const auto& core, const CallContext& context) {
        return client::delete_guaranteed(core, OwnedPath(path), czxid, context);
    });
}

void NodeOperations::delete_guaranteed(
    PathView path, std::int64_t czxid, const CallOptions& options
) {
    client::call_blocking(core_of(*this), options, [&](const auto& bounded) {
        return delete_guaranteed_async(path, czxid, bounded);
    });
}

AsyncResult<std::vector<std::string>> NodeOperations::get_ephemerals_async(
    PathView prefix, const CallOptions& options
) {
    return begin(*this, options, [&](const auto& core, const CallContext& context) {
        return client::get_ephemerals(*core, prefix, context);
    });
}

std::vector<std::string> NodeOperations::get_ephemerals(
    PathView prefix, const CallOptions& options
) {
    return client::call_blocking(core_of(*this), options, [&](const auto& bounded) {
        return get_ephemerals_async(prefix, bounded);
    });
}

AsyncResult<std::int32_t> NodeOperations::get_all_children_number_async(
    PathView path, const CallOptions& options
) {
    return begin(*this, options, [&](const auto& core, const CallContext& context) {
        return client::get_all_children_number(*core, path, context);
    });
}

std::int32_t NodeOperations::get_all_children_number(PathView path, const CallOptions& options) {
    return client::call_blocking(core_of(*this), options, [&](const auto& bounded) {
        return get_all_children_number_async(path, bounded);
    });
}

std::string NodeOperations::unchroot(PathView path) const {
    return detail::core_of(static_cast<const KazooClient&>(*this))->chroot().strip(path);
}

AsyncResult<std::vector<ClientInfo>> NodeOperations::who_am_i_async(const CallOptions& options) {
    return begin(*this, options, [&](const auto& core, const CallContext& context) {
        return client::who_am_i(*core, context);
    });
}

std::vector<ClientInfo> NodeOperations::who_am_i(const CallOptions& options) {
    return client::call_blocking(core_of(*this), options, [&](const auto& bounded) {
        return who_am_i_async(bounded);
    });
}

AsyncResult<NodeData> NodeOperations::get_config_async(
    const Watcher& watch, const CallOptions& options
) {
    return begin(*this, options, [&](const auto& core, const CallContext& context) {
        return client::get_config(*core, watch, context);
    });
}

NodeData NodeOperations::get_config(const Watcher& watch, const CallOptions& options) {
    return client::call_blocking(core_of(*this), options, [&](const auto& bounded) {
        return get_config_async(watch, bounded);
    });
}

AsyncResult<NodeData> NodeOperations::reconfig_async(
    std::string_view joining,
    std::string_view leaving,
    std::string_view new_members,
    std::int64_t from_config,
    const CallOptions& options
) {
    return begin(*this, options, [&](const auto& core, const CallContext& context) {
        return client::reconfig(*core, joining, leaving, new_members, from_config, context);
    });
}

NodeData NodeOperations::reconfig(
    std::string_view joining,
    std::string_view leaving,
    std::string_view new_members,
    std::int64_t from_config,
    const CallOptions& options
) {
    return client::call_blocking(core_of(*this), options, [&](const auto& bounded) {
        return reconfig_async(joining, leaving, new_members, from_config, bounded);
    });
}

}  // namespace kazoo
