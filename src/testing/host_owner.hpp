#pragma once

#include "testing/host.hpp"

#include <memory>

namespace kazoo::testing {

/// Ends a host, whoever else holds it. In a forked child its thread exists in the parent only and
/// may hold locks: nothing may be touched, so it is never destroyed there.
inline void give_up(std::shared_ptr<Host>& host) noexcept {
    if (!host) {
        return;
    }
    if (host->in_forked_child()) {
        return base::leave_to_parent(host);
    }
    host->end();
    host.reset();
}

}  // namespace kazoo::testing
