// SPDX-License-Identifier: Apache-2.0
#include "values/backoff.hpp"

#include <algorithm>

namespace kazoo::base {

Backoff::Backoff(const RetryPolicy& policy, std::uint64_t seed) noexcept
    : policy_(policy), random_(seed), base_ms_(static_cast<double>(policy.delay().count())) {}

std::optional<std::chrono::milliseconds> Backoff::next() noexcept {
    if (policy_.max_tries() > 0 && ++failures_ >= policy_.max_tries()) {
        failures_ = policy_.max_tries();  // stays there if called again: must not overflow
        return std::nullopt;
    }
    const double jitter = policy_.max_jitter();
    const auto longest_ms = static_cast<double>(policy_.max_delay().count());
    // The whole range of the jitter must fit below the maximum. If it were clipped instead, half of
    // all clients would pause for exactly the maximum, and retry at the same time.
    base_ms_ = std::min(base_ms_, longest_ms / (1.0 + jitter));
    const double factor = 1.0 - jitter + 2.0 * jitter * random_.unit();
    const double pause_ms = std::min(base_ms_ * factor, longest_ms);
    base_ms_ *= policy_.backoff();
    // Casting a double that the integer cannot hold is undefined. Below that, the conversion of
    // max_delay to double may have rounded up, hence the final comparison.
    const std::chrono::milliseconds pause(
        pause_ms >= 0x1.0p62 ? policy_.max_delay().count()
                             : static_cast<std::chrono::milliseconds::rep>(pause_ms)
    );
    return std::min(pause, policy_.max_delay());
}

void Backoff::reset() noexcept {
    failures_ = 0;
    base_ms_ = static_cast<double>(policy_.delay().count());
}

}  // namespace kazoo::base
