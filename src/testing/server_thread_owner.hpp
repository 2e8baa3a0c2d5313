// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "testing/server_thread.hpp"

#include <memory>

namespace kazoo::testing {

/// Ends a server_thread, even if handles that users have copied still refer to it. In a forked
/// child the server_thread is leaked instead: its thread exists only in the parent and may have
/// held locks during the fork.
inline void end_or_leak(std::shared_ptr<ServerThread>& server_thread) noexcept {
    if (!server_thread) {
        return;
    }
    if (server_thread->in_forked_child()) {
        return base::leave_to_parent(server_thread);
    }
    server_thread->end();
    server_thread.reset();
}

}  // namespace kazoo::testing
