// SPDX-License-Identifier: Apache-2.0
#include "recipe/lease/lease_plan.hpp"

namespace kazoo::detail::recipe {

LeaseStep lease_step(
    LeaseWish wish,
    const std::optional<FoundLease>& found,
    const std::string& identifier,
    std::int64_t own,
    std::chrono::system_clock::time_point now
) noexcept {
    if (wish != LeaseWish::obtain) {
        // Another object with the same identifier may have replaced the record.
        const bool is_own = found && found->record && own != 0 && found->czxid == own;
        if (!is_own) {
            return LeaseStep::refuse;
        }
        return wish == LeaseWish::renew ? LeaseStep::replace : LeaseStep::remove;
    }
    if (!found) {
        return LeaseStep::create;
    }
    if (!found->record) {
        return LeaseStep::refuse;
    }
    const bool free = found->record->holder == identifier || now >= found->record->end;
    return free ? LeaseStep::replace : LeaseStep::refuse;
}

}  // namespace kazoo::detail::recipe
