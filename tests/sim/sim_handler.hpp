// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "driver/environment_source.hpp"
#include "sim_transport.hpp"

#include <kazoo/handler.hpp>

#include <array>
#include <deque>
#include <memory>

namespace kazoo::sim {

/// A handler for the simulation: its lanes are queues whose tasks take some time, and its world is
/// the simulated one. Nothing blocks.
class SimHandler final : public Handler,
                         public detail::EnvironmentSource,
                         public std::enable_shared_from_this<SimHandler> {
public:
    explicit SimHandler(ClientHost& host) : host_(host) {}

    [[nodiscard]] std::string_view name() const noexcept override { return "sim_handler"; }
    [[nodiscard]] boost::asio::any_io_executor executor() override;
    void dispatch(Lane lane, Task task) override;
    [[nodiscard]] std::shared_ptr<Waiter> waiter() override;
    [[nodiscard]] TimePoint now() const noexcept override {
        return host_.process.simulator().now();
    }
    void start() override { ++users_; }
    void stop() override { --users_; }
    [[nodiscard]] bool running() const noexcept override { return users_ > 0; }

    [[nodiscard]] detail::EnvironmentSource* environment_source() noexcept override { return this; }
    [[nodiscard]] std::shared_ptr<driver::Environment> make_environment() override;
    [[nodiscard]] std::uint64_t random_seed() override;

    /// One task in `one_in` takes up to `longest`.
    void slow_down(int one_in, Duration longest);
    /// Number of tasks dispatched to the lane so far.
    [[nodiscard]] std::uint64_t dispatched(Lane lane) const { return queue(lane).given; }
    /// Number, counted from 1, of the task that the lane is running.
    [[nodiscard]] std::uint64_t at_work(Lane lane) const {
        return queue(lane).given - waiting(lane);
    }
    [[nodiscard]] std::size_t waiting(Lane lane) const { return queue(lane).tasks.size(); }
    [[nodiscard]] int users() const noexcept { return users_; }

private:
    struct Queue {
        std::deque<Task> tasks;
        std::uint64_t given = 0;
        bool busy = false;
    };
    Queue& queue(Lane lane) { return queues_[static_cast<std::size_t>(lane)]; }
    const Queue& queue(Lane lane) const { return queues_[static_cast<std::size_t>(lane)]; }
    void work(Lane lane);

    ClientHost& host_;
    int users_ = 0;
    int slow_one_in_ = 0;
    Duration slowest_{0};
    std::array<Queue, 3> queues_;
};

}  // namespace kazoo::sim
