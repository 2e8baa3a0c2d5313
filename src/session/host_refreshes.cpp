// SPDX-License-Identifier: Apache-2.0
#include "session/host_refreshes.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace kazoo::session {

HostRefreshes::~HostRefreshes() {
    for (const auto& caller : callers_) {
        caller.owner->abandon();
    }
}

void HostRefreshes::add(RequestId id, RequestOwner owner, bool rebalances) {
    callers_.push_back({id, std::move(owner), rebalances});
}

bool HostRefreshes::rebalance() const noexcept {
    const auto end = callers_.begin() + static_cast<std::ptrdiff_t>(asked_);
    return std::any_of(callers_.begin(), end, [](const Caller& one) { return one.rebalances; });
}

RequestOwner HostRefreshes::take_oldest() noexcept {
    assert(!callers_.empty());
    auto owner = std::move(callers_.front().owner);
    erase(0);
    return owner;
}

bool HostRefreshes::remove(RequestId id) noexcept {
    const auto at = std::find_if(callers_.begin(), callers_.end(), [id](const Caller& one) {
        return one.id == id;
    });
    if (at == callers_.end()) {
        return false;
    }
    erase(static_cast<std::size_t>(at - callers_.begin()));
    return true;
}

void HostRefreshes::erase(std::size_t index) noexcept {
    callers_.erase(callers_.begin() + static_cast<std::ptrdiff_t>(index));
    asked_ -= index < asked_ ? 1 : 0;
}

}  // namespace kazoo::session
