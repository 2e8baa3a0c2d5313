// SPDX-License-Identifier: Apache-2.0
#include "session_report.hpp"

#include "cluster.hpp"

#include <utility>

namespace kazoo::sim {

void SessionReport::asked() {
    question_ = question_.value_or(cluster_.state().zxid());
    look();
}

void SessionReport::forget() {
    question_.reset();
    answer_.clear();
    static_cast<void>(follower_.take_heard());
}

void SessionReport::look() {
    const bool catches_up = !follower_.faults().lagging;
    if (question_ && (catches_up || follower_.applied_zxid() >= *question_)) {
        question_.reset();
        answer_.merge(follower_.take_heard());
    }
    if (follower_.faults().leader_unreachable || answer_.empty()) {
        return;
    }
    const Cluster::Turn turn(cluster_, Author());
    for (const auto session : std::exchange(answer_, {})) {
        cluster_.state().touch_session(session, cluster_.time());
    }
}

}  // namespace kazoo::sim
