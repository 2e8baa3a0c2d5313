#pragma once

#include "history/call.hpp"
#include "history/verdict.hpp"

#include <cstdint>
#include <map>
#include <utility>

namespace kazoo::history {

/// What servers answer to one client is answered in the order in which it was asked.
class OrderCheck {
public:
    explicit OrderCheck(Verdict& verdict) : verdict_(verdict) {}

    /// A call that is over; each at its completion.
    void on_over(const Call& call);

private:
    Verdict& verdict_;
    std::map<std::pair<int, int>, std::uint32_t> last_;  // answered, by client and life
};

}  // namespace kazoo::history
