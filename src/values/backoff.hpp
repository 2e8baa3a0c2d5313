// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "values/random.hpp"

#include <kazoo/retry.hpp>

#include <chrono>
#include <cstdint>
#include <optional>

namespace kazoo::base {

// Computes the pauses between the tries of one retry: exponential, with jitter, up to the policy's
// maximum. Two objects with the same policy and seed return the same pauses. Reads no clock; the
// caller enforces the policy's deadline. Not thread-safe.
class Backoff {
public:
    Backoff(const RetryPolicy& policy, std::uint64_t seed) noexcept;

    // Call once after each failed try. Returns how long to pause before the next one, or nothing if
    // the policy allows no further try.
    std::optional<std::chrono::milliseconds> next() noexcept;

    // Call after a success: the next pause is the first one again. The random sequence continues.
    void reset() noexcept;

private:
    RetryPolicy policy_;
    Random random_;
    int failures_ = 0;  // since the last success; counted only if the policy limits the tries
    double base_ms_;    // the next pause before jitter, in milliseconds
};

}  // namespace kazoo::base
