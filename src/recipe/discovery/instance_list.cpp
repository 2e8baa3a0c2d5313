// SPDX-License-Identifier: Apache-2.0
#include "recipe/discovery/instance_list.hpp"

#include <algorithm>
#include <utility>

namespace kazoo::detail::recipe {

void InstanceList::set(const std::string& node, std::shared_ptr<const ServiceInstance> instance) {
    instances_[node] = std::move(instance);
    down_.forget(node);
}

void InstanceList::remove(const std::string& node) noexcept {
    instances_.erase(node);
    down_.forget(node);
}

void InstanceList::note_error(const ServiceInstance& instance, TimePoint now) {
    // The node has the name of the id, except for sequence nodes.
    auto found = instances_.find(instance.id());
    if (found == instances_.end() || *found->second != instance) {
        found = std::find_if(instances_.begin(), instances_.end(), [&](const auto& entry) {
            return *entry.second == instance;
        });
    }
    if (found != instances_.end()) {
        down_.note(found->first, now);
    }
}

InstanceList::Instances InstanceList::all() const {
    Instances all;
    all.reserve(instances_.size());
    for (const auto& [node, instance] : instances_) {
        all.push_back(instance);
    }
    return all;
}

InstanceList::Instances InstanceList::available(TimePoint now) const {
    Instances available;
    available.reserve(instances_.size());
    for (const auto& [node, instance] : instances_) {
        if (instance->enabled() && !down_.is_down(node, now)) {
            available.push_back(instance);
        }
    }
    return available;
}

}  // namespace kazoo::detail::recipe
