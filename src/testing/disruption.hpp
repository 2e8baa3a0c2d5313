// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "testing/harness_servers.hpp"
#include "testing/state_watch.hpp"

#include <kazoo/client.hpp>
#include <kazoo/time.hpp>

#include <memory>

namespace kazoo::testing {

/// What a harness does to a client.
enum class Disruption { lost_connection, expired_session };

/// Returns the name of the function that causes it, for errors.
[[nodiscard]] constexpr const char* operation_of(Disruption what) noexcept {
    return what == Disruption::lost_connection ? "lose_connection" : "expire_session";
}

/// Disrupts a client, and returns when it has reported that and is connected again. Blocks as the
/// handler of `watch` prescribes; StateWatch::cancel ends it with CancelledError. Throws as
/// TestHarness::lose_connection and expire_session describe.
void disrupt(
    Disruption what,
    KazooClient& client,
    HarnessServers& servers,
    const std::shared_ptr<StateWatch>& watch,
    Duration timeout
);

}  // namespace kazoo::testing
