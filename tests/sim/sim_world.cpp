// SPDX-License-Identifier: Apache-2.0
#include "sim_world.hpp"

namespace kazoo::sim {

SimWorld::~SimWorld() {
    clear_timer();
}

void SimWorld::post(Task task) {
    host_.process.after(0us, std::move(task));
}

void SimWorld::set_timer(TimePoint when, Task task) {
    clear_timer();
    auto alarm = std::make_shared<Alarm>(Alarm{std::move(task)});
    alarm_ = alarm;
    if (when == TimePoint::max()) {
        when = now() + std::chrono::hours(24 * 365);
    }
    host_.process.at(when, [alarm = std::move(alarm)] {
        if (alarm->task) {
            auto due = std::move(alarm->task);
            due();
        }
    });
}

void SimWorld::clear_timer() {
    if (const auto alarm = alarm_.lock(); alarm && alarm->task) {
        // As in a real loop, the task is destroyed in a later turn.
        host_.process.simulator().after(0us, [task = std::move(alarm->task)] {});
    }
    alarm_.reset();
}

}  // namespace kazoo::sim
