// SPDX-License-Identifier: Apache-2.0
#include "history/checks/reads.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

namespace kazoo::history {
namespace {

bool fits(const ZnodeStat& stat, const Snapshot& node) {
    return stat.czxid == node.czxid && stat.mzxid == node.mzxid && stat.pzxid == node.pzxid &&
           stat.version == node.version && stat.ephemeral_owner == node.owner &&
           stat.num_children == static_cast<std::int32_t>(node.children.size()) &&
           stat.data_length == static_cast<std::int32_t>(node.data.size());
}

/// True if the node in that state would have given this reply to a read or a part of one.
template <class Read>
bool fits(const Read& read, const Snapshot& node) {
    const bool found = !read.error && (read.act != Act::exists || read.stat);
    if (found != node.exists) {
        return false;
    }
    return !found || ((!read.stat || fits(*read.stat, node)) &&
                      (!read.shows_data || read.shown_data == node.data) &&
                      (!read.children || *read.children == node.children));
}

/// A node has a state from the first zxid on, and before the second.
using Period = std::pair<std::int64_t, std::int64_t>;

/// When the node matched the reply, oldest first.
template <class Read>
std::vector<Period> periods_of(const Read& read, const Chronicle& chronicle) {
    std::vector<Period> periods;
    const auto& history = chronicle.of(read.path);
    for (std::size_t i = 0; i < history.size(); ++i) {
        if (fits(read, history[i])) {
            const bool last = i + 1 == history.size();
            periods.emplace_back(
                history[i].zxid,
                last ? std::numeric_limits<std::int64_t>::max() : history[i + 1].zxid
            );
        }
    }
    return periods;
}

std::vector<Period> common(const std::vector<Period>& some, const std::vector<Period>& others) {
    std::vector<Period> both;
    for (const auto& one : some) {
        for (const auto& other : others) {
            const Period period(
                std::max(one.first, other.first), std::min(one.second, other.second)
            );
            if (period.first < period.second) {
                both.push_back(period);
            }
        }
    }
    return both;
}

}  // namespace

void ReadCheck::on_over(Call& call) {
    if (!call.replied()) {
        return;
    }
    auto& floor = floors_[call.session];
    if (is_read(call.act)) {
        check_read(call, floor);
    } else if (call.act == Act::multi_read) {
        check_many(call, floor);
    } else if (call.act == Act::children_with_data && call.good()) {
        check_existed(call);
    } else if (call.act == Act::sync && call.good()) {
        floor = std::max(floor, call.zxid_when_called);
    } else if (call.good()) {
        raise_floor(call.data, floor);
        for (const auto& part : call.parts) {
            raise_floor(part.data, floor);
        }
    }
    call.floor = floor;
}

/// What a session has written, it has seen.
void ReadCheck::raise_floor(const std::string& written, std::int64_t& floor) const {
    if (!written.empty()) {
        for (const auto* write : chronicle_.of_data(written)) {
            floor = std::max(floor, write->zxid);
        }
    }
}

void ReadCheck::check_read(Call& call, std::int64_t& floor) {
    if (call.error && call.error != Errc::no_node) {
        return;
    }
    const auto asked_for = call.latest ? call.zxid_when_called : call.at_least;
    floor = std::max(floor, asked_for);
    check_view(call, periods_of(call, chronicle_), floor);
}

/// The results of one request show one state of the tree.
void ReadCheck::check_many(Call& call, std::int64_t& floor) {
    if (call.error) {
        return;
    }
    if (!call.one_request) {
        return check_existed(call);
    }
    std::vector<Period> periods{{0, std::numeric_limits<std::int64_t>::max()}};
    for (const auto& part : call.parts) {
        periods = common(periods, periods_of(part, chronicle_));
    }
    check_view(call, periods, floor);
}

/// Several requests show states of several moments.
void ReadCheck::check_existed(const Call& call) {
    for (const auto& part : call.parts) {
        if (periods_of(part, chronicle_).empty()) {
            verdict_.fail(describe(call) + ": shows a state that never existed, of " + part.path);
        }
    }
}

void ReadCheck::check_view(Call& call, const std::vector<Period>& periods, std::int64_t& floor) {
    bool seen = false;
    for (const auto& [first, end] : periods) {
        if (end > floor) {
            call.view = seen ? call.view : first;
            call.last_view = first;
            seen = true;
        }
    }
    if (seen) {
        floor = std::max(floor, call.view);
        return;
    }
    verdict_.fail(
        describe(call) + (!periods.empty()
                              ? ": shows what was before zxid " + std::to_string(floor) +
                                    ", which its session had seen"
                              : ": shows a state that never existed")
    );
}

}  // namespace kazoo::history
