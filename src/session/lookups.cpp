// SPDX-License-Identifier: Apache-2.0
#include "session/lookups.hpp"

#include <algorithm>
#include <utility>

namespace kazoo::session {

/// Returns the entry of this host, and creates it if needed. Its attempt is the given one if the
/// lookup has to be requested.
Lookups::Pending& Lookups::pending(const HostPort& host, std::uint64_t attempt, TimePoint now) {
    const auto at = std::find_if(pending_.begin(), pending_.end(), [&](const Pending& one) {
        return one.question.host == host;
    });
    if (at == pending_.end()) {
        return pending_.emplace_back(Pending{Question{host}, attempt, now});
    }
    // Presumed lost: an answer with the old attempt number is not recognised from now on.
    if (now >= later(at->asked, longest)) {
        at->attempt = attempt;
        at->asked = now;
    }
    return *at;
}

bool Lookups::ask(const HostPort& host, std::uint64_t attempt, TimePoint now) {
    auto& entry = pending(host, attempt, now);
    entry.question.in_turn = true;
    return entry.attempt == attempt;
}

bool Lookups::ask_for_search(const HostPort& host, std::uint64_t attempt, TimePoint now) {
    auto& entry = pending(host, attempt, now);
    entry.question.search = attempt;
    return entry.attempt == attempt;
}

std::optional<Lookups::Question> Lookups::answered(std::uint64_t attempt) {
    const auto at = std::find_if(pending_.begin(), pending_.end(), [&](const Pending& one) {
        return one.attempt == attempt;
    });
    if (at == pending_.end()) {
        return std::nullopt;
    }
    std::optional<Question> question(std::move(at->question));
    pending_.erase(at);
    return question;
}

void Lookups::keep(Answer answer, bool in_turn, TimePoint now) {
    std::erase_if(kept_, [&](const Kept& one) {
        return one.answer.host == answer.host || now >= later(one.came, fresh);
    });
    kept_.push_back({std::move(answer), in_turn, now});
}

std::optional<Lookups::Answer> Lookups::take(const HostPort& host, TimePoint now) {
    std::erase_if(kept_, [&](const Kept& one) { return now >= later(one.came, fresh); });
    const auto at = std::find_if(kept_.begin(), kept_.end(), [&](const Kept& one) {
        return one.answer.host == host;
    });
    if (at == kept_.end()) {
        return std::nullopt;
    }
    std::optional<Answer> answer(std::move(at->answer));
    kept_.erase(at);
    return answer;
}

std::optional<Lookups::Answer> Lookups::take_in_turn(TimePoint now) {
    const auto at =
        std::find_if(kept_.begin(), kept_.end(), [&](const Kept& one) { return one.in_turn; });
    return at == kept_.end() ? std::nullopt : take(HostPort(at->answer.host), now);
}

bool Lookups::any_in_turn() const {
    return std::any_of(pending_.begin(), pending_.end(), [](const Pending& one) {
        return one.question.in_turn;
    });
}

TimePoint Lookups::patience_ends(const HostPort& host, milliseconds limit) const {
    for (const auto& one : pending_) {
        if (one.question.host == host) {
            return later(one.asked, std::min(limit, patience));
        }
    }
    return TimePoint::min();
}

void Lookups::end_turns() {
    for (auto& one : pending_) {
        one.question.in_turn = false;
    }
    for (auto& one : kept_) {
        one.in_turn = false;
    }
}

}  // namespace kazoo::session
