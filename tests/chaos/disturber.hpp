// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "contender_process.hpp"
#include "disturbance.hpp"
#include "ensemble.hpp"
#include "switch.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace kazoo::chaos {

/// Applies a plan of disturbances to servers, contenders and wires.
class Disturber {
public:
    using Tell = std::function<void(const std::string&)>;

    using Contenders = std::vector<std::unique_ptr<ContenderProcess>>;

    /// `stations`: the station at each port of the switch. `tell` is called with a line of text for
    /// each event.
    Disturber(
        Ensemble& ensemble,
        Contenders& contenders,
        Switch& net,
        std::vector<Station> stations,
        Tell tell
    );

    /// Returns when all disturbances have ended. Servers, contenders and wires are then back to
    /// normal.
    void run(const std::vector<Disturbance>& plan);
    /// Number of times that each kind was applied.
    [[nodiscard]] const std::array<int, disturbance_kinds>& count() const { return count_; }

private:
    using Time = std::chrono::steady_clock::time_point;
    struct GoingOn {
        Disturbance what;
        Time end;
    };

    void begin(Disturbance what, Time now);
    void disturb_process(const Disturbance& what);
    void end(const Disturbance& what);
    void end_due(Time now);
    [[nodiscard]] Time next_end() const;
    void renew_wires();

    Ensemble& ensemble_;
    Contenders& contenders_;
    Switch& net_;
    const std::vector<Station> stations_;
    const Tell report_;
    std::vector<GoingOn> going_on_;
    std::array<int, disturbance_kinds> count_{};
};

}  // namespace kazoo::chaos
