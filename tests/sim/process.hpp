// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "simulator.hpp"

#include <deque>
#include <string>

namespace kazoo::sim {

/// A simulated process of a client or a server. Its events run one after the other; while it is
/// frozen (stopped by its machine, or collecting garbage) they wait and time goes on. Outlives all
/// events of the simulator.
class Process {
public:
    Process(Simulator& simulator, std::string name)
        : simulator_(simulator), name_(std::move(name)) {}
    Process(const Process&) = delete;

    void at(TimePoint when, Task task);
    void after(Duration pause, Task task) { at(simulator_.now() + pause, std::move(task)); }

    void freeze(Duration time);
    [[nodiscard]] bool frozen() const noexcept { return simulator_.now() < frozen_until_; }
    /// The end of the current or of the last freeze.
    [[nodiscard]] TimePoint awake_since() const noexcept { return frozen_until_; }

    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    [[nodiscard]] Simulator& simulator() noexcept { return simulator_; }
    template <class... Parts>
    void note(const Parts&... parts) {
        simulator_.note(name_, parts...);
    }

private:
    void deliver(Task task);
    void drain();

    Simulator& simulator_;
    const std::string name_;
    TimePoint frozen_until_;
    std::deque<Task> missed_;
};

}  // namespace kazoo::sim
