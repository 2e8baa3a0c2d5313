// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chance.hpp"
#include "history.hpp"
#include "history/verdict.hpp"
#include "tally.hpp"
#include "trace.hpp"

#include <kazoo/handler.hpp>

#include <cstdint>
#include <string_view>
#include <vector>

namespace kazoo::sim {

using namespace std::chrono_literals;

/// Simulated time, randomness and pending events. Events run one after the other, by time, then in
/// the order in which they were added.
class Simulator {
public:
    Simulator(std::uint64_t seed, bool print_trace);

    [[nodiscard]] TimePoint now() const noexcept { return now_; }
    /// Runs `task` at `when`, or now if that has passed, after the events already due at that time.
    void at(TimePoint when, Task task);
    void after(Duration pause, Task task) { at(now_ + pause, std::move(task)); }

    /// Runs the events up to `end`; stops early once the verdict is bad.
    void run_until(TimePoint end);
    void run_for(Duration time) { run_until(now_ + time); }
    /// Destroys all pending events.
    void clear();

    [[nodiscard]] Chance& chance() noexcept { return chance_; }
    [[nodiscard]] Verdict& verdict() noexcept { return verdict_; }
    [[nodiscard]] Tally& tally() noexcept { return tally_; }
    [[nodiscard]] const Trace& trace() const noexcept { return trace_; }
    [[nodiscard]] std::uint64_t events() const noexcept { return last_number_; }

    template <class... Parts>
    void note(std::string_view who, const Parts&... parts) {
        trace_.line(now_, who, parts...);
    }

private:
    struct Entry {
        TimePoint when;
        std::uint64_t number;
        std::uint32_t slot;
        [[nodiscard]] bool operator<(const Entry& other) const noexcept {  // earliest on top
            return when != other.when ? when > other.when : number > other.number;
        }
    };

    TimePoint now_;
    Chance chance_;
    Trace trace_;
    Verdict verdict_;
    Tally tally_;
    std::vector<Entry> heap_;
    std::vector<Task> tasks_;
    std::vector<std::uint32_t> free_;
    std::uint64_t last_number_ = 0;
};

}  // namespace kazoo::sim
