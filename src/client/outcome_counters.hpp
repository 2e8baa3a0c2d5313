// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "session/operation_index.hpp"

#include <kazoo/errors.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace kazoo::detail::client {

/// How operations ended, by session::operation_index(). Each operation is counted once, by the
/// thread that completes it, before its result is ready; so a caller who has the result finds it
/// counted. Thread-safe, without locks.
class OutcomeCounters {
public:
    /// By outcome; 0 is success.
    using Counts = std::array<std::uint64_t, 4>;

    void succeeded(std::size_t operation) noexcept { add(operation, 0); }
    void failed(std::size_t operation, Outcome outcome) noexcept {
        add(operation, 1 + static_cast<std::size_t>(outcome));
    }
    [[nodiscard]] Counts of(std::size_t operation) const noexcept {
        Counts counts{};
        for (std::size_t i = 0; i < counts.size(); ++i) {
            counts[i] = counters_[operation][i].load(std::memory_order_relaxed);
        }
        return counts;
    }

private:
    void add(std::size_t operation, std::size_t ending) noexcept {
        counters_[operation][ending].fetch_add(1, std::memory_order_relaxed);
    }

    std::array<std::array<std::atomic<std::uint64_t>, 4>, session::operation_count> counters_{};
};

}  // namespace kazoo::detail::client
