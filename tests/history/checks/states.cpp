// SPDX-License-Identifier: Apache-2.0
#include "history/checks/states.hpp"

namespace kazoo::history {

void StateCheck::on_state(KazooState state) {
    const bool from_lost = last_ == KazooState::LOST && state != KazooState::CONNECTED;
    if (state == last_ || from_lost) {
        verdict_.fail(
            who_ + ": a listener heard " + to_string(state) + " after " + to_string(last_)
        );
    }
    last_ = state;
}

}  // namespace kazoo::history
