// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "recipe/lease/lease_record.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace kazoo::detail::recipe {

/// What a call of a lease wants.
enum class LeaseWish { obtain, renew, release };

/// What the call does about the node `lease_holder`.
enum class LeaseStep {
    refuse,   ///< nothing: the lease is not to be had, or not held any more
    create,   ///< it does not exist
    replace,  ///< it is replaced by a new record
    remove    ///< it is deleted
};

/// The node as it was found.
struct FoundLease {
    std::optional<LeaseRecord> record;  ///< Nothing: another version.
    std::int64_t czxid = 0;
};

/// Decides about a call. `found`: nothing if the node does not exist. `own`: the czxid of the
/// record that this object has written last; 0 if it holds nothing.
[[nodiscard]] LeaseStep lease_step(
    LeaseWish wish,
    const std::optional<FoundLease>& found,
    const std::string& identifier,
    std::int64_t own,
    std::chrono::system_clock::time_point now
) noexcept;

}  // namespace kazoo::detail::recipe
