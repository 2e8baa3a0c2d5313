#pragma once

#include "testing/host.hpp"

#include <memory>

namespace kazoo::testing {

/// Ends a host, even if handles that users have copied still refer to it. In a forked child the
/// host is leaked instead: its thread exists only in the parent and may have held locks during the
/// fork.
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
