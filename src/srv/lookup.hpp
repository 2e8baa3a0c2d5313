// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "srv/records.hpp"

#include <kazoo/srv.hpp>

#include <string>
#include <vector>

namespace kazoo::srv {

/// The outcome of a lookup. Without records it has failed.
struct Found {
    std::vector<Record> records;
    std::string failure;  ///< the reason; empty if there are records
};

/// Looks up the SRV records of a name; blocks for the timeout of the options at most. Throws
/// std::bad_alloc.
[[nodiscard]] Found look_up(const std::string& name, const SrvOptions& options);

}  // namespace kazoo::srv
