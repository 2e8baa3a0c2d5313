// SPDX-License-Identifier: Apache-2.0
#include "checks/counters.hpp"

#include <cstdlib>

namespace kazoo::sim {

CounterCall& CounterCheck::begin(int client, const std::string& path, TimePoint now) {
    auto& call = calls_.emplace_back();
    call.client = client;
    call.path = path;
    call.delta = static_cast<std::int64_t>(calls_.size());
    call.begun = now;
    return call;
}

void CounterCheck::fail(const CounterCall& call, const std::string& what) {
    verdict_.fail(
        "client" + std::to_string(call.client) + ": the change of " + call.path + " by " +
        std::to_string(call.delta) + " " + what
    );
}

std::optional<std::int64_t> CounterCheck::number(const std::string& data, Format format) const {
    if (format == Format::eight_bytes) {
        if (!data.empty() && data.size() != sizeof(std::uint64_t)) {
            return std::nullopt;
        }
        std::uint64_t bits = 0;
        for (const char byte : data) {
            bits = bits << 8 | static_cast<unsigned char>(byte);
        }
        return static_cast<std::int64_t>(bits);
    }
    if (data.empty()) {
        return 0;  // the value by default
    }
    char* end = nullptr;
    const bool halves = format == Format::halves;
    const auto value = halves ? static_cast<std::int64_t>(2 * std::strtod(data.c_str(), &end))
                              : std::strtoll(data.c_str(), &end, 10);
    return *end != '\0' ? std::nullopt : std::optional<std::int64_t>(value);
}

void CounterCheck::at_end() {
    for (const auto& [path, format] : counters_) {
        check_counter(path, format);
    }
}

void CounterCheck::check_counter(const std::string& path, Format format) {
    Steps steps;
    std::int64_t last = 0;
    for (const auto& state : chronicle_.of(path)) {
        if (!state.exists) {
            continue;
        }
        const auto value = number(state.data, format);
        if (!value) {
            return verdict_.fail(path + ": has the value '" + state.data + "'");
        }
        const bool made = steps.empty() && *value == 0;  // as the first change begins
        if (!made) {
            steps.push_back({last, *value, state.version, state.time, false});
        }
        last = *value;
    }
    for (const auto& call : calls_) {
        if (call.path == path) {
            check_call(call, steps);
        }
    }
    for (const auto& step : steps) {
        if (!step.used) {
            verdict_.fail(
                path + ": went from " + std::to_string(step.before) + " to " +
                std::to_string(step.after) + ", which is no change or one that was not applied"
            );
        }
    }
}

void CounterCheck::check_call(const CounterCall& call, Steps& steps) {
    if (!call.over) {
        return fail(call, "hangs");
    }
    std::size_t times = 0;
    for (auto& step : steps) {
        if (step.after - step.before != call.delta) {
            continue;
        }
        ++times;
        step.used = true;
        if (step.time < call.begun || (!call.error && step.time > call.ended)) {
            fail(call, "was applied when it was not in progress");
        }
        if (call.changed && (step.before != call.before || step.after != call.after ||
                             step.version != call.version)) {
            fail(call, "returned other values than were written");
        }
    }
    const bool unknown = call.error && call.error->outcome() == Outcome::unknown;
    if (times > 1 || (!unknown && (times == 1) != call.changed)) {
        fail(
            call,
            "was applied " + std::to_string(times) + " times; it ended with: " +
                (call.error     ? call.error->message()
                 : call.changed ? "success"
                                : "no change")
        );
    }
}

}  // namespace kazoo::sim
