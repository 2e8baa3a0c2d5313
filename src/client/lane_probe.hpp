// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/handler.hpp>
#include <kazoo/metrics.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>

namespace kazoo::detail::client {

/// Measures how long callbacks wait for their turn on the lanes, by tasks of its own: at most one
/// per lane at a time and every 100 ms, behind the callbacks of replies or events that have just
/// been dispatched. So it costs a call with replies no lock, no allocation and no reading of the
/// clock.
class LaneProbe : public std::enable_shared_from_this<LaneProbe> {
public:
    // On the connection's executor.

    /// Something may have been dispatched to the lane.
    void note(Lane lane) noexcept { at(lane).active = true; }
    /// All that has arrived has been dispatched. `now` may be late: it only decides whether to
    /// measure.
    void look(const std::shared_ptr<Handler>& handler, TimePoint now) noexcept {
        for (const auto lane : {Lane::completion, Lane::callback, Lane::session}) {
            if (at(lane).active && now >= at(lane).next) {
                send(handler, lane);
            }
        }
    }

    /// Thread-safe.
    [[nodiscard]] LaneMetrics of(Lane lane, TimePoint now) const noexcept;

private:
    struct OfLane {
        // Used on the connection's executor:
        bool active = false;  // since the last task
        TimePoint next;       // no task before this
        // Guarded by mutex_:
        std::unique_ptr<LatencyHistogram> wait;  // from the first task on
        std::optional<TimePoint> since;          // of the task that waits
    };

    void send(const std::shared_ptr<Handler>& handler, Lane lane) noexcept;
    [[nodiscard]] bool make_histogram(OfLane& own) noexcept;
    [[nodiscard]] OfLane& at(Lane lane) noexcept { return lanes_[static_cast<std::size_t>(lane)]; }

    std::array<OfLane, lane_count> lanes_;
    mutable std::mutex mutex_;
};

}  // namespace kazoo::detail::client
