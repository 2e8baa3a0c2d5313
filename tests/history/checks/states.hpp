// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "history/verdict.hpp"

#include <kazoo/state.hpp>

#include <string>
#include <utility>

namespace kazoo::history {

/// The states that a listener reports follow kazoo's table: LOST first, then CONNECTED; from
/// CONNECTED to SUSPENDED or LOST; from SUSPENDED to CONNECTED or LOST.
class StateCheck {
public:
    StateCheck(Verdict& verdict, std::string who) : verdict_(verdict), who_(std::move(who)) {}

    void on_state(KazooState state);
    [[nodiscard]] KazooState last() const noexcept { return last_; }

private:
    Verdict& verdict_;
    const std::string who_;
    KazooState last_ = KazooState::LOST;
};

}  // namespace kazoo::history
