// SPDX-License-Identifier: Apache-2.0
#include "session/host_list.hpp"

#include <algorithm>
#include <cassert>
#include <numeric>
#include <utility>

namespace kazoo::session {
namespace {

/// Limits the lists of failures. Failures beyond it only lose their influence on the order.
constexpr std::size_t most_remembered = 64;

template <class T>
bool contains(const std::vector<T>& items, const T& item) {
    return std::find(items.begin(), items.end(), item) != items.end();
}

}  // namespace

HostList::HostList(std::vector<HostPort> hosts, bool randomize, std::uint64_t seed)
    : randomize_(false), random_(seed), turn_(0), first_silent_(0) {
    set_hosts(std::move(hosts), randomize);
}

void HostList::start_round() {
    turn_ = 0;
    if (!first_order_.empty()) {
        order_.swap(first_order_);
        first_order_.clear();
    } else if (randomize_) {
        random_.shuffle(order_);
    } else {
        std::iota(order_.begin(), order_.end(), std::size_t{0});
    }
    // Three groups, each in the order of the round: no failure, lost, silent.
    const auto failed = [&](std::size_t i, bool silent) {
        return std::any_of(last_hosts_.begin(), last_hosts_.end(), [&](const auto& one) {
            return one.first == hosts_[i] && (!silent || one.second == Failure::silent);
        });
    };
    const auto lost = std::stable_partition(order_.begin(), order_.end(), [&](auto i) {
        return !failed(i, false);
    });
    const auto silent =
        std::stable_partition(lost, order_.end(), [&](auto i) { return !failed(i, true); });
    first_silent_ = static_cast<std::size_t>(silent - order_.begin());
    last_hosts_.clear();
    last_endpoints_.swap(next_last_endpoints_);
    next_last_endpoints_.clear();
}

const HostPort& HostList::next() {
    assert(!hosts_.empty());
    if (round_over()) {
        start_round();
    }
    return hosts_[order_[turn_++]];
}

void HostList::arrange(std::vector<Endpoint>& endpoints) {
    if (randomize_) {
        random_.shuffle(endpoints);
    }
    std::stable_partition(endpoints.begin(), endpoints.end(), [&](const Endpoint& one) {
        return !contains(last_endpoints_, one);
    });
}

void HostList::put_last(const HostPort& host, const Endpoint& endpoint, Failure failure) {
    if (last_hosts_.size() < most_remembered && !contains(last_hosts_, std::pair(host, failure))) {
        last_hosts_.emplace_back(host, failure);
    }
    if (!contains(next_last_endpoints_, endpoint) &&
        next_last_endpoints_.size() < most_remembered) {
        next_last_endpoints_.push_back(endpoint);
    }
}

std::size_t HostList::to_try() const {
    return turn_ <= first_silent_ ? first_silent_ - turn_ : hosts_.size() - turn_;
}

void HostList::begin_round() {
    turn_ = hosts_.size();
}

void HostList::set_hosts(
    std::vector<HostPort> hosts, bool randomize, std::vector<std::size_t> first_order
) {
    assert(first_order.empty() || first_order.size() == hosts.size());
    order_.resize(hosts.size());  // first: nothing has changed if it throws
    hosts_ = std::move(hosts);
    randomize_ = randomize;
    first_order_ = std::move(first_order);
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    first_silent_ = hosts_.size();
    std::erase_if(last_hosts_, [&](const auto& one) { return !contains(hosts_, one.first); });
    begin_round();
}

}  // namespace kazoo::session
