// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "history/call.hpp"
#include "history/verdict.hpp"

#include <cstdint>
#include <map>
#include <utility>

namespace kazoo::history {

/// Replies to one client arrive in the order of its requests.
class OrderCheck {
public:
    explicit OrderCheck(Verdict& verdict) : verdict_(verdict) {}

    /// Call once for each call, at its completion.
    void on_over(const Call& call);

private:
    Verdict& verdict_;
    std::map<std::pair<int, int>, std::uint32_t> last_;  // number of the last reply
};

}  // namespace kazoo::history
