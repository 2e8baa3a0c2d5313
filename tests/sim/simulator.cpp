// SPDX-License-Identifier: Apache-2.0
#include "simulator.hpp"

#include <algorithm>

namespace kazoo::sim {
namespace {

constexpr TimePoint begin_of_time(std::chrono::seconds(1000));

}  // namespace

Simulator::Simulator(std::uint64_t seed, bool print_trace)
    : now_(begin_of_time), chance_(seed), trace_(print_trace, begin_of_time) {}

void Simulator::at(TimePoint when, Task task) {
    if (free_.empty()) {
        free_.push_back(static_cast<std::uint32_t>(tasks_.size()));
        tasks_.emplace_back();
    }
    const auto slot = free_.back();
    free_.pop_back();
    tasks_[slot] = std::move(task);
    heap_.push_back({std::max(when, now_), ++last_number_, slot});
    std::push_heap(heap_.begin(), heap_.end());
}

void Simulator::run_until(TimePoint end) {
    while (!heap_.empty() && heap_.front().when <= end && verdict_.good()) {
        std::pop_heap(heap_.begin(), heap_.end());
        const auto entry = heap_.back();
        heap_.pop_back();
        now_ = entry.when;
        auto task = std::move(tasks_[entry.slot]);
        free_.push_back(entry.slot);
        task();
    }
    now_ = std::max(now_, end);
}

void Simulator::clear() {
    // Destroying a task may add events.
    while (!heap_.empty()) {
        const auto slot = heap_.back().slot;
        heap_.pop_back();
        const auto task = std::move(tasks_[slot]);
        free_.push_back(slot);
    }
}

}  // namespace kazoo::sim
