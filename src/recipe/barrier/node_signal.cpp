// SPDX-License-Identifier: Apache-2.0
#include "recipe/barrier/node_signal.hpp"

#include "recipe/wait.hpp"

#include <utility>

namespace kazoo::detail::recipe {

NodeSignal::NodeSignal(const std::shared_ptr<Handler>& handler)
    : events_(std::make_shared<Events>(handler)),
      watcher_([events = events_](const WatchedEvent&) { events->fire(); }) {}

AsyncResult<bool> NodeSignal::wait(const CallLimits& limits) const {
    // With the mutex held, because a wait that began after `fire` would miss it.
    const std::lock_guard lock(events_->mutex);
    return wait_for(events_->handler, events_->next, limits);
}

/// Called on the callback lane, one call at a time.
void NodeSignal::Events::fire() {
    const auto take = [this] {
        const std::lock_guard lock(mutex);
        std::swap(next, spare);
        return spare;
    };
    const Event fired = take();
    fired.set();
    fired.clear();
}

}  // namespace kazoo::detail::recipe
