// SPDX-License-Identifier: Apache-2.0
#include "client/lane_probe.hpp"

#include "client/lane_task.hpp"

#include <algorithm>
#include <chrono>
#include <new>
#include <utility>

namespace kazoo::detail::client {
namespace {

constexpr auto interval = std::chrono::milliseconds(100);

}  // namespace

void LaneProbe::send(const std::shared_ptr<Handler>& handler, Lane lane) noexcept {
    const auto now = handler->now();
    auto& own = at(lane);
    own.next = now + interval;
    if (!own.wait && !make_histogram(own)) {
        return;
    }
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
                measured.wait->add(ran - measured.since.value_or(ran));
                measured.since.reset();
            }
        );
    } catch (...) {  // out of memory: there is no sample this time
        const std::lock_guard lock(mutex_);
        own.since.reset();
    }
}

/// Returns false if there is no memory. Only this changes the pointer, so the connection's executor
/// may read it without the mutex.
bool LaneProbe::make_histogram(OfLane& own) noexcept {
    try {
        auto made = std::make_unique<LatencyHistogram>();
        const std::lock_guard lock(mutex_);
        own.wait = std::move(made);
        return true;
    } catch (const std::bad_alloc&) {
        return false;
    }
}

LaneMetrics LaneProbe::of(Lane lane, TimePoint now) const noexcept {
    const auto& own = lanes_[static_cast<std::size_t>(lane)];
    LaneMetrics metrics;
    const std::lock_guard lock(mutex_);
    if (own.wait) {
        metrics.wait = *own.wait;
    }
    if (own.since) {
        metrics.waiting = std::max<Duration>(now - *own.since, Duration(0));
    }
    return metrics;
}

}  // namespace kazoo::detail::client
