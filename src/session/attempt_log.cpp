// SPDX-License-Identifier: Apache-2.0
#include "session/attempt_log.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace kazoo::session {
namespace {

constexpr milliseconds warn_again{60'000};
constexpr std::size_t most_listed = 10;

}  // namespace

std::string server_name(const HostPort& host, std::string_view address) {
    auto text = host.port == 0 ? host.host : to_string(host);
    if (!address.empty() && address != host.host) {
        text.append(" (").append(address).append(")");
    }
    return text;
}

std::string to_string(const std::vector<ServerAttempt>& attempts) {
    std::string text;
    const auto listed = std::min(attempts.size(), most_listed);
    for (std::size_t i = 0; i < listed; ++i) {
        text += i == 0 ? "tried " : "; ";
        text += server_name(attempts[i].host, attempts[i].address) + ": " + attempts[i].reason;
    }
    if (attempts.size() > listed) {
        text += "; and " + std::to_string(attempts.size() - listed) + " others";
    }
    return text;
}

bool AttemptLog::note(
    const HostPort& host, std::string_view address, std::string reason, TimePoint now
) {
    auto at = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& one) {
        return one.attempt.host == host && one.attempt.address == address;
    });
    record(host, address, reason, now);
    bool news = true;
    TimePoint warned = now;
    if (at != entries_.end()) {
        news = at->attempt.reason != reason || now >= later(at->warned, warn_again);
        warned = news ? now : at->warned;
        entries_.erase(at);  // added again at the end: the order is that of the attempts
    } else if (entries_.size() >= limit) {
        entries_.erase(entries_.begin());
    }
    entries_.push_back({{host, std::string(address), std::move(reason), now}, warned});
    return news;
}

void AttemptLog::record(
    const HostPort& host, std::string_view address, std::string_view what, TimePoint now
) noexcept {
    try {
        Occurrence one{server_name(host, address), std::string(what), now};
        if (history_.size() == history_.capacity()) {
            history_.reserve(history_.size() + 1);  // they are few, and usually one or two
        }
        // From here on nothing can fail.
        const auto same = std::find_if(history_.begin(), history_.end(), [&](const auto& other) {
            return other.server == one.server && other.what == one.what;
        });
        if (same != history_.end()) {
            one.times += same->times;
            history_.erase(same);
        } else if (history_.size() >= history_limit) {
            history_.erase(history_.begin());
        }
        history_.push_back(std::move(one));
    } catch (const std::bad_alloc&) {
        return;
    }
}

std::vector<ServerAttempt> AttemptLog::last() const {
    std::vector<ServerAttempt> attempts;
    for (auto at = entries_.begin(); at != entries_.end(); ++at) {
        const auto& attempt = at->attempt;
        const bool resolved_since =
            attempt.address.empty() && std::any_of(at, entries_.end(), [&](const Entry& later) {
                return later.attempt.host == attempt.host && !later.attempt.address.empty();
            });
        if (!resolved_since) {
            attempts.push_back(attempt);
        }
    }
    return attempts;
}

}  // namespace kazoo::session
