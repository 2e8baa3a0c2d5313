// SPDX-License-Identifier: Apache-2.0
// The public functions that concern the session.
#include "client/core.hpp"
#include "client/no_memory.hpp"

#include <kazoo/client.hpp>

namespace kazoo {
namespace {

const auto& core_of(const SessionOperations& client) {
    return detail::core_of(static_cast<const KazooClient&>(client));
}

}  // namespace

AsyncResult<SessionHandover> SessionOperations::detach_async() {
    return detail::client::or_no_memory([this] { return core_of(*this)->detach_async(); });
}

SessionHandover SessionOperations::detach() {
    core_of(*this)->check_may_block();
    return core_of(*this)->detach();
}

void SessionOperations::drop_resumed_watches() noexcept {
    const auto& core = core_of(*this);
    if (!core->in_forked_child()) {
        core->watch_hub().drop_resumed();
    }
}

std::optional<TimePoint> SessionOperations::session_valid_until() const noexcept {
    return core_of(*this)->session_valid_until();
}

std::int64_t SessionOperations::last_zxid() const noexcept {
    return core_of(*this)->last_zxid();
}

bool SessionOperations::reset_zxid() {
    return core_of(*this)->reset_zxid();
}

}  // namespace kazoo
