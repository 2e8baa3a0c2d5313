// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "driver/environment.hpp"
#include "sim_transport.hpp"

#include <memory>

namespace kazoo::sim {

/// A client's world: simulated time, the turns of its process, the simulated network.
class SimWorld final : public driver::Environment {
public:
    explicit SimWorld(ClientHost& host) : host_(host), cadence_(host.cadence) {}
    ~SimWorld() override;

    [[nodiscard]] TimePoint now() const noexcept override {
        return host_.process.simulator().now();
    }
    void post(Task task) override;
    void set_timer(TimePoint when, Task task) override;
    void clear_timer() override;
    [[nodiscard]] std::unique_ptr<transport::Transport> make_transport(
        std::weak_ptr<transport::Sink> sink
    ) override {
        return std::make_unique<SimTransport>(host_, cadence_, std::move(sink));
    }

private:
    struct Alarm {
        Task task;
    };

    ClientHost& host_;
    const std::shared_ptr<Cadence> cadence_;
    std::weak_ptr<Alarm> alarm_;  // owned by the simulator: its timer must not own a world
};

}  // namespace kazoo::sim
