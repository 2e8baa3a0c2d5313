#include "session/host_list.hpp"

#include <cassert>
#include <utility>

namespace kazoo::session {

HostList::HostList(std::vector<HostPort> hosts, bool randomize, std::uint64_t seed)
    : hosts_(std::move(hosts)), randomize_(randomize), random_(seed), turn_(hosts_.size()) {}

const HostPort& HostList::next() {
    assert(!hosts_.empty());
    if (round_over()) {
        turn_ = 0;
        if (randomize_) {
            random_.shuffle(hosts_);
        }
    }
    return hosts_[turn_++];
}

void HostList::arrange(std::vector<Endpoint>& endpoints) {
    if (randomize_) {
        random_.shuffle(endpoints);
    }
}

void HostList::begin_round() {
    turn_ = hosts_.size();
}

void HostList::set_hosts(std::vector<HostPort> hosts, bool randomize) {
    hosts_ = std::move(hosts);
    randomize_ = randomize;
    begin_round();
}

}  // namespace kazoo::session
