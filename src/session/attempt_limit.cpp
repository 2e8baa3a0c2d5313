// SPDX-License-Identifier: Apache-2.0
#include "session/attempt_limit.hpp"

#include <algorithm>

namespace kazoo::session {
namespace {

constexpr milliseconds shortest{500};
/// Limit while there are other addresses, before it grows: a silent server must not delay the
/// attempts at those that work.
constexpr milliseconds usual{4'000};
/// Limit for the only address, and for any address after any number of rounds.
constexpr milliseconds longest{30'000};
/// A round of silent servers should not take longer than this, however the limits have grown.
constexpr milliseconds longest_round{90'000};
constexpr std::int64_t largest_factor = 64;

}  // namespace

milliseconds AttemptLimit::of(const Situation& situation) const {
    const auto known = static_cast<std::int64_t>(std::max<std::size_t>(situation.known, 1));
    const auto to_try = static_cast<std::int64_t>(std::max<std::size_t>(situation.to_try, 1));
    const auto most = known == 1 ? longest : std::clamp(longest_round / known, usual, longest);
    const auto cap = known == 1 ? longest : std::min(usual * factor_, most);
    if (situation.left && situation.left->count() > 0) {
        // A single address may stand for several servers, so that a second attempt may reach
        // another one: the first attempt gets two thirds of the time.
        const auto share = known == 1 ? *situation.left / 3 * 2 : *situation.left / to_try;
        return std::clamp(share, shortest, cap);
    }
    // No session can be lost by waiting, so that slow servers get more time with each round.
    const auto share = std::min(situation.timeout / known, most);
    return std::clamp(share * factor_, shortest, cap);
}

void AttemptLimit::grow() {
    factor_ = std::min(factor_ * 2, largest_factor);
}

}  // namespace kazoo::session
