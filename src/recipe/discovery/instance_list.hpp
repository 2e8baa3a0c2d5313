// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "recipe/discovery/down_instances.hpp"

#include <kazoo/recipes/service_instance.hpp>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace kazoo::detail::recipe {

/// The instances of a service, by the names of their nodes, and their errors. Not thread-safe.
class InstanceList {
public:
    using Instances = std::vector<std::shared_ptr<const ServiceInstance>>;

    explicit InstanceList(const DownInstancePolicy& policy) noexcept : down_(policy) {}

    /// Adds an instance, or replaces the one of this node. Throws std::bad_alloc.
    void set(const std::string& node, std::shared_ptr<const ServiceInstance> instance);
    /// Removes the instance of a node if there is one.
    void remove(const std::string& node) noexcept;

    /// Notes an error of an instance, unless it is not in the list as it is here. Throws
    /// std::bad_alloc.
    void note_error(const ServiceInstance& instance, TimePoint now);

    /// Returns all instances. Throws std::bad_alloc.
    [[nodiscard]] Instances all() const;
    /// Returns those that are enabled and not down. Throws std::bad_alloc.
    [[nodiscard]] Instances available(TimePoint now) const;

private:
    std::map<std::string, std::shared_ptr<const ServiceInstance>> instances_;
    DownInstances down_;
};

}  // namespace kazoo::detail::recipe
