#include "base/backoff.hpp"

#include <algorithm>

namespace kazoo::base {

Backoff::Backoff(const RetryPolicy& policy, std::uint64_t seed) noexcept
    : policy_(policy), random_(seed), base_ms_(static_cast<double>(policy.delay().count())) {}

std::optional<std::chrono::milliseconds> Backoff::next() noexcept {
    if (policy_.max_tries() > 0 && ++failures_ >= policy_.max_tries()) {
        failures_ = policy_.max_tries();  // asked again: still none left, and no overflow
        return std::nullopt;
    }
    const double jitter = policy_.max_jitter();
    const auto longest_ms = static_cast<double>(policy_.max_delay().count());
    // The spread must fit below the maximum, or half of all clients would wait exactly that long.
    base_ms_ = std::min(base_ms_, longest_ms / (1.0 + jitter));
    const double factor = 1.0 - jitter + 2.0 * jitter * random_.unit();
    const double pause_ms = std::min(base_ms_ * factor, longest_ms);
    base_ms_ *= policy_.backoff();
    // A double may round up beyond what the integer can hold, hence the second comparison.
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
