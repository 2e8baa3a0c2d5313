// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kazoo::chaos {

/// Who writes: the data that the holder of a recipe writes.
struct Holding {
    std::int64_t token = 0;
    std::string node;          ///< the node of the holder
    std::uint64_t number = 0;  ///< makes the data of each write unique
};

/// Returns "token node number".
[[nodiscard]] std::string to_data(const Holding& holding);
/// Returns std::nullopt if the data are not those of a holder.
[[nodiscard]] std::optional<Holding> holding_of(std::string_view data);

}  // namespace kazoo::chaos
