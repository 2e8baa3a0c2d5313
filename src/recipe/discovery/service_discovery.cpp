// SPDX-License-Identifier: Apache-2.0
#include "recipe/discovery/discovering.hpp"
#include "recipe/discovery/service_paths.hpp"
#include "recipe/repeated.hpp"

#include <kazoo/exceptions.hpp>

#include <algorithm>
#include <utility>

namespace kazoo {
namespace {

using namespace detail::recipe;
using Shared = std::shared_ptr<Discovering>;
using Names = std::vector<std::string>;
using Instances = std::vector<ServiceInstance>;

AsyncResult<Names> read_names(Shared discovering, CallLimits limits) {
    Names names;
    const auto read = [discovering, limits](KazooClient& zk) {
        return zk.get_children_async(discovering->path(), limits.step());
    };
    try {
        auto reading = repeated<Names>(discovering->client(), limits, read);
        names = co_await direct(std::move(reading));
    } catch (const NoNodeError&) {
    }
    std::sort(names.begin(), names.end());
    co_return names;
}

/// Returns the instances of these nodes, sorted; reports the nodes that are none.
Instances instances_of(
    Discovering& discovering, const std::string& path, std::vector<ChildNode> nodes
) {
    std::sort(nodes.begin(), nodes.end(), [](const ChildNode& a, const ChildNode& b) {
        return a.name < b.name;
    });
    Instances instances;
    for (const auto& [name, node] : nodes) {
        try {
            instances.push_back(ServiceInstance::from_json(node.data, path + "/" + name));
        } catch (const MalformedDataError& malformed) {
            discovering.faults().failed(malformed.error());
        }
    }
    return instances;
}

AsyncResult<Instances> read_instances(Shared discovering, std::string name, CallLimits limits) {
    using Children = std::vector<ChildNode>;
    const auto path = service_path(discovering->client(), discovering->path(), name);
    Children children;
    const auto read = [path, limits](KazooClient& zk) {
        return zk.get_children_with_data_async(path, limits.step());
    };
    try {
        auto reading = repeated<Children>(discovering->client(), limits, read);
        children = co_await direct(std::move(reading));
    } catch (const NoNodeError&) {
    }
    co_return instances_of(*discovering, path, std::move(children));
}

AsyncResult<std::optional<ServiceInstance>> read_instance(
    Shared discovering, std::string name, std::string id, CallLimits limits
) {
    const auto path = instance_path(discovering->client(), discovering->path(), name, id);
    std::optional<ServiceInstance> instance;
    const auto read = [path, limits](KazooClient& zk) { return zk.get_async(path, limits.step()); };
    try {
        auto reading = repeated<NodeData>(discovering->client(), limits, read);
        const NodeData node = co_await direct(std::move(reading));
        instance = ServiceInstance::from_json(node.data, path);
    } catch (const NoNodeError&) {
    }
    co_return instance;
}

}  // namespace

ServiceDiscovery::ServiceDiscovery(
    KazooClient& client, PathView base_path, const ServiceDiscoveryOptions& options
)
    : discovering_(std::make_shared<Discovering>(client, base_path, options)) {}

ServiceDiscovery& ServiceDiscovery::operator=(ServiceDiscovery&& other) noexcept {
    if (this != &other) {
        if (discovering_) {
            discovering_->end();
        }
        discovering_ = std::move(other.discovering_);
    }
    return *this;
}

ServiceDiscovery::~ServiceDiscovery() {
    if (discovering_) {
        discovering_->end();
    }
}

AsyncResult<ServiceInstance> ServiceDiscovery::register_service_async(
    const ServiceInstance& instance, const CallOptions& options
) {
    return register_instance(
        discovering_, instance, discovering_->limits(options, CallKind::waits)
    );
}

ServiceInstance ServiceDiscovery::register_service(
    const ServiceInstance& instance, const CallOptions& options
) {
    check_may_block(discovering_->client());
    return register_service_async(instance, options).get();
}

AsyncResult<void> ServiceDiscovery::update_service_async(
    const ServiceInstance& instance, const CallOptions& options
) {
    return update_instance(discovering_, instance, discovering_->limits(options, CallKind::waits));
}

void ServiceDiscovery::update_service(const ServiceInstance& instance, const CallOptions& options) {
    check_may_block(discovering_->client());
    update_service_async(instance, options).get();
}

AsyncResult<bool> ServiceDiscovery::unregister_service_async(
    const ServiceInstance& instance, const CallOptions& options
) {
    const auto limits = discovering_->limits(options, CallKind::waits);
    return unregister_instance(discovering_, instance.name(), instance.id(), limits);
}

bool ServiceDiscovery::unregister_service(
    const ServiceInstance& instance, const CallOptions& options
) {
    check_may_block(discovering_->client());
    return unregister_service_async(instance, options).get();
}

AsyncResult<Names> ServiceDiscovery::query_for_names_async(const CallOptions& options) {
    return read_names(discovering_, discovering_->limits(options, CallKind::does_not_wait));
}

Names ServiceDiscovery::query_for_names(const CallOptions& options) {
    check_may_block(discovering_->client());
    return query_for_names_async(options).get();
}

AsyncResult<Instances> ServiceDiscovery::query_for_instances_async(
    std::string_view name, const CallOptions& options
) {
    const auto limits = discovering_->limits(options, CallKind::does_not_wait);
    return read_instances(discovering_, std::string(name), limits);
}

Instances ServiceDiscovery::query_for_instances(std::string_view name, const CallOptions& options) {
    check_may_block(discovering_->client());
    return query_for_instances_async(name, options).get();
}

AsyncResult<std::optional<ServiceInstance>> ServiceDiscovery::query_for_instance_async(
    std::string_view name, std::string_view id, const CallOptions& options
) {
    const auto limits = discovering_->limits(options, CallKind::does_not_wait);
    return read_instance(discovering_, std::string(name), std::string(id), limits);
}

std::optional<ServiceInstance> ServiceDiscovery::query_for_instance(
    std::string_view name, std::string_view id, const CallOptions& options
) {
    check_may_block(discovering_->client());
    return query_for_instance_async(name, id, options).get();
}

}  // namespace kazoo
