// SPDX-License-Identifier: Apache-2.0
#include "recipe/turns.hpp"

#include <kazoo/errors.hpp>

#include <optional>
#include <utility>

namespace kazoo::detail::recipe {

Turn::Turn(std::shared_ptr<Turns> turns) : turns_(std::move(turns)) {
    std::list<Event> place;
    place.emplace_back(turns_->handler_);
    const std::lock_guard lock(turns_->mutex_);
    if (turns_->waiting_.size() >= Turns::limit) {
        throw_error(Error(
            ClientErrc::queue_full,
            Outcome::not_sent,
            "",
            {},
            "too many calls of one object are waiting"
        ));
    }
    if (turns_->waiting_.empty()) {
        place.front().set();  // nothing waits for it yet
    }
    place_ = place.begin();
    turns_->waiting_.splice(turns_->waiting_.end(), place);
}

Turn::~Turn() {
    std::list<Event> left;
    std::optional<Event> next;
    {
        const std::lock_guard lock(turns_->mutex_);
        const bool first = place_ == turns_->waiting_.begin();
        left.splice(left.end(), turns_->waiting_, place_);
        if (first && !turns_->waiting_.empty()) {
            next = turns_->waiting_.front();
        }
    }
    if (next) {
        next->set();
    }
}

}  // namespace kazoo::detail::recipe
