// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/handler.hpp>
#include <kazoo/metrics.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <new>
#include <string_view>
#include <utility>

namespace kazoo::detail::client {

/// Queues tasks until the test runs them.
class QueuedLanes final : public Handler {
public:
    [[nodiscard]] std::string_view name() const noexcept override { return "queued_lanes"; }
    [[nodiscard]] boost::asio::any_io_executor executor() override { return {}; }
    void dispatch(Lane lane, Task task) override {
        if (std::exchange(short_of_memory, false)) {
            throw std::bad_alloc();
        }
        tasks[static_cast<std::size_t>(lane)].push_back(std::move(task));
    }
    [[nodiscard]] std::shared_ptr<Waiter> waiter() override { return nullptr; }
    [[nodiscard]] TimePoint now() const noexcept override { return time; }
    void start() override {}
    void stop() override {}
    [[nodiscard]] bool running() const noexcept override { return true; }

    /// Runs what waits on a lane, after `delay`. Returns how many tasks.
    std::size_t run(Lane lane, Duration delay) {
        time += delay;
        auto due = std::exchange(tasks[static_cast<std::size_t>(lane)], {});
        for (auto& task : due) {
            task();
        }
        return due.size();
    }

    TimePoint time{std::chrono::hours(1)};
    std::array<std::deque<Task>, lane_count> tasks;
    bool short_of_memory = false;
};

}  // namespace kazoo::detail::client
