// SPDX-License-Identifier: Apache-2.0
#include "meter.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>

namespace bench {
namespace {

using Microseconds = std::chrono::duration<double, std::micro>;

Duration to_duration(const timeval& time) {
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

/// CPU time of all threads of this process, including those that have ended.
Duration cpu_used() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return to_duration(usage.ru_utime) + to_duration(usage.ru_stime);
}

double percentile(std::span<const Duration> sorted, std::size_t percent) {
    return Microseconds(sorted[(sorted.size() - 1) * percent / 100]).count();
}

}  // namespace

Meter::Meter() : wall_(Clock::now()), cpu_(cpu_used()) {}

Figures Meter::read(std::span<Duration> latencies) const {
    const std::chrono::duration<double> wall = Clock::now() - wall_;
    const Microseconds cpu = cpu_used() - cpu_;
    const auto operations = static_cast<double>(latencies.size());
    std::sort(latencies.begin(), latencies.end());
    return {
        operations / wall.count(),
        cpu.count() / operations,
        percentile(latencies, 50),
        percentile(latencies, 99)};
}

}  // namespace bench
