// SPDX-License-Identifier: Apache-2.0
#include "checks/lease.hpp"

#include <chrono>

namespace kazoo::sim {

bool LeaseCheck::look(std::int64_t session, std::optional<TimePoint> until, TimePoint now) {
    const bool certain = until && *until > now;
    if (certain && expired_.contains(session)) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(*until - now);
        verdict_.fail(
            who_ + ": its session has expired, and it is certain of it for " +
            std::to_string(left.count()) + " ms more"
        );
    }
    return certain;
}

}  // namespace kazoo::sim
