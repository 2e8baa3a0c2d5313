// SPDX-License-Identifier: Apache-2.0
#include "client/lane_probe.hpp"

#include "client/lane_task.hpp"

#include <algorithm>
#include <chrono>

namespace kazoo::detail::client {
namespace {

constexpr auto interval = std::chrono::milliseconds(100);

}  // namespace

void LaneProbe::send(const std::shared_ptr<Handler>& handler, Lane lane) noexcept {
    const auto now = handler->now();
    auto& own = at(lane);
    own.next = now + interval;
    {
        const std::lock_guard lock(mutex_);
        if (own.since) {
            return;  // the last task still waits
        }
        own.since = now;
    }
    own.active = false;
    try {
        auto self = shared_from_this();
        dispatch_owned(
            handler,
            lane,
            self,
            [lane](const Handler& on, const std::shared_ptr<LaneProbe>& probe) {
                const auto ran = on.now();
                auto& measured = probe->at(lane);
                const std::lock_guard lock(probe->mutex_);
                measured.wait.add(ran - measured.since.value_or(ran));
                measured.since.reset();
            }
        );
    } catch (...) {  // out of memory: there is no sample this time
        const std::lock_guard lock(mutex_);
        own.since.reset();
    }
}

LaneMetrics LaneProbe::of(Lane lane, TimePoint now) const noexcept {
    const auto& own = lanes_[static_cast<std::size_t>(lane)];
    LaneMetrics metrics;
    const std::lock_guard lock(mutex_);
    metrics.wait = own.wait;
    if (own.since) {
        metrics.waiting = std::max<Duration>(now - *own.since, Duration(0));
    }
    return metrics;
}

}  // namespace kazoo::detail::client
