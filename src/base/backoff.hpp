#pragma once

#include "base/random.hpp"

#include <kazoo/retry.hpp>

#include <chrono>
#include <cstdint>
#include <optional>

namespace kazoo::base {

// The pauses between the tries of one retry. Knows no clock: the policy's deadline is the caller's.
class Backoff {
public:
    Backoff(const RetryPolicy& policy, std::uint64_t seed) noexcept;

    // After a failure: how long to pause before the next try, or nothing if there is none left.
    std::optional<std::chrono::milliseconds> next() noexcept;

    // After a success. The random numbers go on, they do not begin again.
    void reset() noexcept;

private:
    RetryPolicy policy_;
    Random random_;
    int failures_ = 0;
    double base_ms_;
};

}  // namespace kazoo::base
