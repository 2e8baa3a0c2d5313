// SPDX-License-Identifier: Apache-2.0
#include "holding.hpp"

#include "support/options.hpp"

namespace kazoo::chaos {

std::string to_data(const Holding& holding) {
    return std::to_string(holding.token) + " " + holding.node + " " +
           std::to_string(holding.number);
}

std::optional<Holding> holding_of(std::string_view data) {
    using testing_support::read_number;
    const auto first = data.find(' ');
    const auto last = data.rfind(' ');
    if (first == last) return std::nullopt;
    Holding holding;
    holding.node = data.substr(first + 1, last - first - 1);
    const bool is_valid = read_number<std::int64_t>(data.substr(0, first), holding.token, 1) &&
                          read_number<std::uint64_t>(data.substr(last + 1), holding.number);
    return is_valid ? std::optional(holding) : std::nullopt;
}

}  // namespace kazoo::chaos
