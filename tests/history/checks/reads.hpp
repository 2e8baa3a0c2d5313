// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "history/call.hpp"
#include "history/chronicle.hpp"
#include "history/verdict.hpp"

#include <map>

namespace kazoo::history {

/// A read shows a state that existed, and never an older one than its session has seen by reads,
/// writes or sync.
class ReadCheck {
public:
    ReadCheck(Verdict& verdict, const Chronicle& chronicle)
        : verdict_(verdict), chronicle_(chronicle) {}

    /// Call once for each call, at its completion. Fills in its view and floor.
    void on_over(Call& call);

private:
    void check_read(Call& call, std::int64_t& floor);

    Verdict& verdict_;
    const Chronicle& chronicle_;
    std::map<std::int64_t, std::int64_t> floors_;  // zxid that the session has seen
};

}  // namespace kazoo::history
