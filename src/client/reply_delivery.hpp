// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/lane_batch.hpp"
#include "client/outcome_counters.hpp"

#include <kazoo/paths.hpp>

namespace kazoo::detail::client {

/// What the client passes to those that complete results with the replies of the session.
struct ReplyDelivery {
    const Chroot& chroot;  ///< to be removed from the paths in replies
    OutcomeCounters& outcomes;
    base::LaneBatch& lane;  ///< of the client's handler: for callbacks, in the order of replies
};

}  // namespace kazoo::detail::client
