#pragma once

#include "subject.hpp"

#include <span>

namespace bench {

/// What one turn of one subject came to.
struct Figures {
    double throughput = 0;  ///< operations per second
    double cpu = 0;         ///< microseconds of this process per operation, user and system
    double p50 = 0;         ///< microseconds from issue to completion
    double p99 = 0;
};

/// Measures from its construction on.
class Meter {
public:
    Meter();
    /// Sorts the latencies.
    [[nodiscard]] Figures read(std::span<Duration> latencies) const;

private:
    Clock::time_point wall_;
    Duration cpu_;
};

}  // namespace bench
