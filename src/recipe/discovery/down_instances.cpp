// SPDX-License-Identifier: Apache-2.0
#include "recipe/discovery/down_instances.hpp"

namespace kazoo::detail::recipe {

void DownInstances::note(const std::string& name, TimePoint now) {
    auto& errors = errors_[name];
    const bool was_down = errors.count >= policy_.threshold();
    const auto over =
        was_down ? now - errors.last >= policy_.timeout() : now - errors.first >= policy_.window();
    if (over) {
        errors.count = 0;
    }
    if (errors.count == 0) {
        errors.first = now;
    }
    ++errors.count;
    errors.last = now;
}

bool DownInstances::is_down(const std::string& name, TimePoint now) const {
    const auto found = errors_.find(name);
    return found != errors_.end() && found->second.count >= policy_.threshold() &&
           now - found->second.last < policy_.timeout();
}

}  // namespace kazoo::detail::recipe
