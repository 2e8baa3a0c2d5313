// SPDX-License-Identifier: Apache-2.0
#include "sim_handler.hpp"

#include "sim_world.hpp"

#include <kazoo/exceptions.hpp>

#include <boost/asio/any_io_executor.hpp>

namespace kazoo::sim {

/// Not used: SimHandler supplies its own world.
boost::asio::any_io_executor SimHandler::executor() {
    return {};
}

std::shared_ptr<Waiter> SimHandler::waiter() {
    throw_error(Error(
        ClientErrc::would_deadlock, Outcome::not_sent, "wait", {}, "nothing blocks in a simulation"
    ));
}

std::shared_ptr<driver::Environment> SimHandler::make_environment() {
    return std::make_shared<SimWorld>(host_);
}

std::uint64_t SimHandler::random_seed() {
    return host_.process.simulator().chance().next();
}

void SimHandler::slow_down(int one_in, Duration longest) {
    slow_one_in_ = one_in;
    slowest_ = longest;
}

void SimHandler::dispatch(Lane lane, Task task) {
    auto& target = queue(lane);
    ++target.given;
    target.tasks.push_back(std::move(task));
    if (!target.busy) {
        target.busy = true;
        const auto wake_up = host_.process.simulator().chance().between(0us, 40us);
        host_.process.after(wake_up, [self = shared_from_this(), lane] { self->work(lane); });
    }
}

void SimHandler::work(Lane lane) {
    auto& own = queue(lane);
    if (own.tasks.empty()) {
        own.busy = false;
        return;
    }
    auto task = std::move(own.tasks.front());
    own.tasks.pop_front();
    task();
    task = nullptr;
    auto& chance = host_.process.simulator().chance();
    auto time = Duration(chance.between(0us, 20us));
    if (slow_one_in_ > 0 && chance.one_in(static_cast<std::uint64_t>(slow_one_in_))) {
        time = chance.between(0ns, slowest_);
    }
    host_.process.after(time, [self = shared_from_this(), lane] { self->work(lane); });
}

}  // namespace kazoo::sim
