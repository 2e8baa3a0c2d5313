// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace kazoo::base {

// A generator (SplitMix64) whose numbers and shuffles depend on the seed alone, on every platform.
// The distributions and std::shuffle of the standard library differ between implementations, so
// that a simulation could not be repeated elsewhere. Not for secrets. Not thread-safe.
class Random {
public:
    explicit Random(std::uint64_t seed) noexcept : state_(seed) {}

    std::uint64_t next() noexcept {
        state_ += 0x9E3779B97F4A7C15U;
        std::uint64_t mixed = state_;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9U;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBU;
        return mixed ^ (mixed >> 31);
    }

    // Returns a number in [0, 1), with 53 random bits.
    double unit() noexcept { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

    // Returns a number in [0, limit); `limit` must not be 0. The bias is at most limit / 2^64.
    std::uint64_t below(std::uint64_t limit) noexcept { return next() % limit; }

    template <class T>
    void shuffle(std::vector<T>& items) noexcept {
        for (std::size_t left = items.size(); left > 1; --left) {
            std::swap(items[left - 1], items[static_cast<std::size_t>(below(left))]);
        }
    }

private:
    std::uint64_t state_;
};

}  // namespace kazoo::base
