// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/handler.hpp>
#include <kazoo/recipes/detail/lock_base.hpp>
#include <kazoo/recipes/lock_options.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kazoo::detail::recipe {

/// Returns the number behind `marker` at the end of `name`: ten digits, or "-" and nine or ten
/// digits, which servers append once their counter is beyond 2^31. Nothing if the name does not end
/// in that, or the number does not fit into 32 bits.
[[nodiscard]] std::optional<std::int32_t> number_behind(
    std::string_view name, std::string_view marker
) noexcept;

/// The names of the nodes of one lock: how its own are made, and which others it waits for. A
/// value, constant after construction.
class LockNames {
public:
    /// Throws BadArgumentsError if the format has no names for `kind`, or a marker is empty.
    LockNames(const LockOptions& options, LockKind kind);

    /// Returns a new unique name, to which servers append a number.
    [[nodiscard]] std::string make(Handler& handler) const;
    /// Returns the number of a node of the own kind; nothing if it is not one.
    [[nodiscard]] std::optional<std::int32_t> own_number(std::string_view name) const noexcept;
    /// Returns the number of a node that the lock waits for if it precedes; nothing if it is not
    /// one.
    [[nodiscard]] std::optional<std::int32_t> blocking_number(std::string_view name) const noexcept;
    /// Returns the number of a node that takes part in the lock: of the own kind, or one that it
    /// waits for.
    [[nodiscard]] std::optional<std::int32_t> number(std::string_view name) const noexcept;

private:
    std::string before_;                 // the part of the name before the unique id
    std::string marker_;                 // and behind it
    bool uuid_ = false;                  // the unique id has dashes
    std::vector<std::string> blocking_;  // markers
};

}  // namespace kazoo::detail::recipe
