// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "history/call.hpp"
#include "history/chronicle.hpp"
#include "history/verdict.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace kazoo::history {

/// A read shows a state that existed, and never an older one than its session has seen by reads,
/// writes or sync, or than the read itself has asked for. A multi-read that was one request shows
/// one state of the tree.
class ReadCheck {
public:
    ReadCheck(Verdict& verdict, const Chronicle& chronicle)
        : verdict_(verdict), chronicle_(chronicle) {}

    /// Call once for each call, at its completion. Fills in its view and floor.
    void on_over(Call& call);

private:
    using Periods = std::vector<std::pair<std::int64_t, std::int64_t>>;

    void raise_floor(const std::string& written, std::int64_t& floor) const;
    void check_read(Call& call, std::int64_t& floor);
    void check_many(Call& call, std::int64_t& floor);
    void check_existed(const Call& call);
    void check_view(Call& call, const Periods& periods, std::int64_t& floor);

    Verdict& verdict_;
    const Chronicle& chronicle_;
    std::map<std::int64_t, std::int64_t> floors_;  // zxid that the session has seen
};

}  // namespace kazoo::history
