#pragma once

#include "history/call.hpp"
#include "history/chronicle.hpp"
#include "history/verdict.hpp"

#include <map>

namespace kazoo::history {

/// Reads show what was really there at some moment, and never go back: what a session has read or
/// written, or had the servers synchronised to, is the least that its later reads show.
class ReadCheck {
public:
    ReadCheck(Verdict& verdict, const Chronicle& chronicle)
        : verdict_(verdict), chronicle_(chronicle) {}

    /// A call that is over; each at its completion. Fills in its view and floor.
    void on_over(Call& call);

private:
    void check_read(Call& call, std::int64_t& floor);

    Verdict& verdict_;
    const Chronicle& chronicle_;
    std::map<std::int64_t, std::int64_t> floors_;  // by session: the zxid it has seen
};

}  // namespace kazoo::history
