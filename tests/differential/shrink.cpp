// SPDX-License-Identifier: Apache-2.0
#include "shrink.hpp"

#include <algorithm>

namespace kazoo::differential {
namespace {

Script without(const Script& script, std::size_t from, std::size_t count) {
    Script shorter{script.seed, {}};
    for (std::size_t i = 0; i < script.steps.size(); ++i) {
        if (i < from || i >= from + count) {
            shorter.steps.push_back(script.steps[i]);
        }
    }
    return shorter;
}

}  // namespace

Script shrink(Script script, std::size_t last, const Shows& shows, int attempts) {
    const auto try_instead = [&](Script shorter) {
        if (--attempts < 0 || !shows(shorter)) {
            return false;
        }
        script = std::move(shorter);
        return true;
    };
    if (last + 1 < script.steps.size()) {
        try_instead(without(script, last + 1, script.steps.size()));
    }
    for (auto piece = std::max<std::size_t>(script.steps.size() / 2, 1); attempts > 0;) {
        bool shorter = false;
        // From the end, because later steps depend on earlier ones.
        for (auto end = script.steps.size(); end > 0 && attempts > 0;) {
            const auto from = end - std::min(end, piece);
            shorter |= try_instead(without(script, from, end - from));
            end = std::min(from, script.steps.size());
        }
        if (piece == 1 && !shorter) {
            break;
        }
        piece = std::max<std::size_t>(piece / 2, 1);
    }
    return script;
}

}  // namespace kazoo::differential
