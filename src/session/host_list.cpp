#include "session/host_list.hpp"

#include <algorithm>
#include <cassert>
#include <numeric>
#include <utility>

namespace kazoo::session {
namespace {

/// Names may have any number of addresses; of the rest the order is not known, and no harm.
constexpr std::size_t most_remembered = 64;

template <class T>
bool contains(const std::vector<T>& items, const T& item) {
    return std::find(items.begin(), items.end(), item) != items.end();
}

}  // namespace

HostList::HostList(std::vector<HostPort> hosts, bool randomize, std::uint64_t seed)
    : randomize_(false), random_(seed), turn_(0), first_last_(0) {
    set_hosts(std::move(hosts), randomize);
}

void HostList::start_round() {
    turn_ = 0;
    if (randomize_) {
        random_.shuffle(order_);
    } else {
        std::iota(order_.begin(), order_.end(), std::size_t{0});
    }
    const auto others_end = std::stable_partition(order_.begin(), order_.end(), [&](auto i) {
        return !contains(last_hosts_, hosts_[i]);
    });
    first_last_ = static_cast<std::size_t>(others_end - order_.begin());
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

void HostList::put_last(const HostPort& host, const Endpoint& endpoint) {
    if (!contains(last_hosts_, host) && last_hosts_.size() < hosts_.size()) {
        last_hosts_.push_back(host);
    }
    if (!contains(next_last_endpoints_, endpoint) &&
        next_last_endpoints_.size() < most_remembered) {
        next_last_endpoints_.push_back(endpoint);
    }
}

std::size_t HostList::to_try() const {
    return turn_ <= first_last_ ? first_last_ - turn_ : hosts_.size() - turn_;
}

void HostList::begin_round() {
    turn_ = hosts_.size();
}

void HostList::set_hosts(std::vector<HostPort> hosts, bool randomize) {
    hosts_ = std::move(hosts);
    randomize_ = randomize;
    order_.resize(hosts_.size());
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    first_last_ = hosts_.size();
    std::erase_if(last_hosts_, [&](const HostPort& one) { return !contains(hosts_, one); });
    begin_round();
}

}  // namespace kazoo::session
