#pragma once

#include "history/verdict.hpp"

#include <kazoo/state.hpp>

#include <string>
#include <utility>

namespace kazoo::history {

/// What a listener hears is a walk through kazoo's table: a client begins LOST, becomes CONNECTED,
/// from there SUSPENDED or LOST, and from SUSPENDED either.
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
