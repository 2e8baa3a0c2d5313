// SPDX-License-Identifier: Apache-2.0
#include "recipe/party/waiters.hpp"

#include <algorithm>
#include <optional>

namespace kazoo::detail::recipe {

void Waiters::notify() noexcept {
    std::uint64_t round = 0;
    {
        const std::lock_guard lock(mutex_);
        round = ++round_;
    }
    for (;;) {
        std::optional<Event> event;
        {
            // From the beginning each time: waits may begin and end while an event is set.
            const std::lock_guard lock(mutex_);
            const auto next = std::find_if(nodes_.begin(), nodes_.end(), [round](const Node& node) {
                return node.round < round;
            });
            if (next != nodes_.end()) {
                next->round = round;
                event = next->event;
            }
        }
        if (!event) {
            return;
        }
        event->set();
    }
}

}  // namespace kazoo::detail::recipe
