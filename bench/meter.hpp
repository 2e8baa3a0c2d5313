// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "subject.hpp"

#include <span>

namespace bench {

/// The results of one measurement of one subject.
struct Figures {
    double throughput = 0;  ///< operations per second
    double cpu = 0;         ///< microseconds of CPU time of this process per operation
    double p50 = 0;         ///< latency in microseconds, from issue to completion
    double p99 = 0;
};

/// Measures wall-clock time and CPU time from its construction to read().
class Meter {
public:
    Meter();
    /// Returns the figures of the operations with these latencies, which it sorts.
    [[nodiscard]] Figures read(std::span<Duration> latencies) const;

private:
    Clock::time_point wall_;
    Duration cpu_;
};

}  // namespace bench
