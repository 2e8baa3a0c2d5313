// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/recipes/counter.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace kazoo::detail::recipe {

/// How a counter is stored. A value.
template <class Number>
struct CounterCodec {
    CounterFormat format = CounterFormat::text;
    Number default_value{};

    /// Returns whether the format can hold this type of number.
    [[nodiscard]] bool is_possible() const noexcept;
    /// Returns the number in the data of a node. Throws MalformedDataError, with the operation and
    /// the path.
    [[nodiscard]] Number decode(
        std::string_view data, const char* operation, const std::string& path
    ) const;
    /// Returns the data for a number; nothing if it does not fit into the format.
    [[nodiscard]] std::optional<std::string> encode(Number number) const;
    /// Returns the data with which a missing node is created. kazoo and Curator's
    /// DistributedAtomicLong take empty data for the default; Curator's SharedCount does not.
    [[nodiscard]] std::string initial() const;
};

extern template struct CounterCodec<std::int64_t>;
extern template struct CounterCodec<double>;

}  // namespace kazoo::detail::recipe
