// SPDX-License-Identifier: Apache-2.0
#include <kazoo/metrics.hpp>

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>

namespace kazoo {
namespace {

using std::chrono::microseconds;
using std::chrono::nanoseconds;

// A duration of at least 4 us is in the bucket of its highest bit and the two bits after it.
constexpr unsigned sub_bits = 2;
constexpr std::size_t per_power = 1U << sub_bits;
constexpr std::size_t last_bucket = LatencyHistogram::bucket_count - 1;

}  // namespace

std::size_t LatencyHistogram::bucket_of(nanoseconds duration) noexcept {
    const auto whole = std::max(duration, nanoseconds(0)).count() / 1000;
    const auto value = static_cast<std::uint64_t>(whole);
    if (value < per_power) {
        return static_cast<std::size_t>(value);
    }
    const auto highest = static_cast<std::size_t>(std::bit_width(value)) - 1;
    const auto sub = static_cast<std::size_t>(value >> (highest - sub_bits)) % per_power;
    return std::min(per_power * (highest - 1) + sub, last_bucket);
}

microseconds LatencyHistogram::upper_bound(std::size_t bucket) noexcept {
    assert(bucket < bucket_count);
    if (bucket == last_bucket) {
        return microseconds::max();
    }
    const auto next = static_cast<std::int64_t>(bucket % per_power) + 1;
    if (bucket < per_power) {
        return microseconds(next);
    }
    const auto shift = bucket / per_power - 1;
    return microseconds((static_cast<std::int64_t>(per_power) + next) << shift);
}

void LatencyHistogram::add(nanoseconds duration) noexcept {
    const auto counted = std::max(duration, nanoseconds(0));
    ++buckets_[bucket_of(counted)];
    ++count_;
    sum_ += counted;
    max_ = std::max(max_, counted);
}

LatencyHistogram& LatencyHistogram::operator+=(const LatencyHistogram& other) noexcept {
    for (std::size_t i = 0; i < bucket_count; ++i) {
        buckets_[i] += other.buckets_[i];
    }
    count_ += other.count_;
    sum_ += other.sum_;
    max_ = std::max(max_, other.max_);
    return *this;
}

std::uint64_t LatencyHistogram::count_below(microseconds bound) const noexcept {
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < bucket_count && upper_bound(i) <= bound; ++i) {
        below += buckets_[i];
    }
    return below;
}

microseconds LatencyHistogram::quantile(double q) const noexcept {
    if (count_ == 0) {
        return microseconds(0);
    }
    const auto fraction = std::clamp(q, 0.0, 1.0);
    const auto exact = std::ceil(fraction * static_cast<double>(count_));
    const auto rank = std::clamp<std::uint64_t>(static_cast<std::uint64_t>(exact), 1, count_);
    const auto longest = std::chrono::ceil<microseconds>(max_);
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < bucket_count; ++i) {
        seen += buckets_[i];
        if (seen >= rank) {
            return std::min(upper_bound(i), longest);
        }
    }
    return longest;
}

const char* to_string(LossReason reason) noexcept {
    switch (reason) {
        case LossReason::closed:
            return "closed";
        case LossReason::silent:
            return "silent";
        case LossReason::protocol_error:
            return "protocol_error";
        case LossReason::refused:
            return "refused";
        case LossReason::moved:
            return "moved";
        case LossReason::out_of_memory:
            break;
    }
    return "out_of_memory";
}

const OperationMetrics* ClientMetrics::find(std::string_view name) const noexcept {
    const auto at = std::find_if(operations.begin(), operations.end(), [&](const auto& one) {
        return one.name == name;
    });
    return at != operations.end() ? &*at : nullptr;
}

}  // namespace kazoo
