// SPDX-License-Identifier: Apache-2.0
#include "session/writable_search.hpp"

#include <algorithm>
#include <utility>

namespace kazoo::session {
namespace {

RetryPolicy pauses() {
    return RetryPolicy().delay(milliseconds(100)).max_delay(milliseconds(60'000));
}

}  // namespace

WritableSearch::WritableSearch(std::vector<HostPort> hosts, bool randomize, std::uint64_t seed)
    : hosts_(std::move(hosts), randomize, seed), backoff_(pauses(), seed + 1) {}

void WritableSearch::set_hosts(std::vector<HostPort> hosts, bool randomize) {
    hosts_.set_hosts(std::move(hosts), randomize);
}

void WritableSearch::begin(Endpoint present, milliseconds patience, TimePoint now) {
    if (!inquiry_) {
        inquiry_ = std::make_unique<Inquiry>();
    }
    inquiry_->present = std::move(present);
    inquiry_->patience = patience;
    wait(now);
}

void WritableSearch::stop() {
    if (inquiry_) {
        inquiry_->endpoints.clear();
    }
    attempt_ = 0;
    deadline_ = TimePoint::max();
}

void WritableSearch::wait(TimePoint now) {
    stop();
    deadline_ = later(now, backoff_.next().value_or(milliseconds(0)));
}

std::optional<Action> WritableSearch::on_timeout(std::uint64_t attempt, TimePoint now) {
    // The deadline ends a pause or, with an attempt under way, the patience with it.
    if (now < deadline_) {
        return std::nullopt;
    }
    if (attempt_ != 0) {
        return ask_next(attempt, now);  // no answer in time
    }
    if (hosts_.size() == 0) {
        wait(now);
        return std::nullopt;
    }
    attempt_ = attempt;
    deadline_ = later(now, inquiry_->patience);
    inquiry_->host = hosts_.next();
    return ResolveAction{attempt, inquiry_->host};
}

std::optional<Action> WritableSearch::on_resolved(
    std::vector<Endpoint> endpoints, std::uint64_t attempt, TimePoint now
) {
    std::erase(endpoints, inquiry_->present);
    hosts_.arrange(endpoints);
    std::reverse(endpoints.begin(), endpoints.end());  // they are taken from the back
    inquiry_->endpoints = std::move(endpoints);
    return ask_next(attempt, now);
}

std::optional<Action> WritableSearch::ask_next(std::uint64_t attempt, TimePoint now) {
    auto& endpoints = inquiry_->endpoints;
    if (endpoints.empty()) {
        wait(now);
        return std::nullopt;
    }
    attempt_ = attempt;
    deadline_ = later(now, inquiry_->patience);
    inquiry_->asked = std::move(endpoints.back());
    endpoints.pop_back();
    return ProbeAction{attempt, inquiry_->asked};
}

}  // namespace kazoo::session
