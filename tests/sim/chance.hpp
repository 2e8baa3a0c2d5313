// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "values/random.hpp"

#include <kazoo/handler.hpp>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <vector>

namespace kazoo::sim {

/// The random decisions of a simulation; all of them derive from one seed.
class Chance : public base::Random {
public:
    using base::Random::Random;

    [[nodiscard]] bool one_in(std::uint64_t n) noexcept { return below(n) == 0; }
    [[nodiscard]] bool percent(std::uint64_t p) noexcept { return below(100) < p; }
    /// Both bounds are inclusive.
    [[nodiscard]] int between(int low, int high) noexcept {
        return low + static_cast<int>(below(static_cast<std::uint64_t>(high - low) + 1));
    }
    [[nodiscard]] Duration between(Duration low, Duration high) noexcept {
        return low + Duration(static_cast<Duration::rep>(
                         below(static_cast<std::uint64_t>((high - low).count()) + 1)
                     ));
    }
    template <class T>
    [[nodiscard]] T of(std::initializer_list<T> items) noexcept {
        return *(items.begin() + below(items.size()));
    }
    template <class T>
    [[nodiscard]] T& of(std::vector<T>& items) noexcept {
        return items[static_cast<std::size_t>(below(items.size()))];
    }
};

}  // namespace kazoo::sim
