// SPDX-License-Identifier: Apache-2.0
#include "process.hpp"

#include <algorithm>

namespace kazoo::sim {

void Process::at(TimePoint when, Task task) {
    simulator_.at(when, [this, task = std::move(task)]() mutable { deliver(std::move(task)); });
}

void Process::freeze(Duration time) {
    note("is frozen for ms", std::chrono::duration_cast<std::chrono::milliseconds>(time).count());
    frozen_until_ = std::max(frozen_until_, simulator_.now() + time);
}

void Process::deliver(Task task) {
    if (!frozen() && missed_.empty()) {
        return task();
    }
    missed_.push_back(std::move(task));
    if (missed_.size() == 1) {
        simulator_.at(frozen_until_, [this] { drain(); });
    }
}

/// Missed tasks run in their order, and before those that arrive meanwhile.
void Process::drain() {
    if (!frozen()) {
        auto task = std::move(missed_.front());
        task();
        missed_.pop_front();
    }
    if (!missed_.empty()) {
        simulator_.at(frozen_until_, [this] { drain(); });
    }
}

}  // namespace kazoo::sim
