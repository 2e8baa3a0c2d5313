// SPDX-License-Identifier: Apache-2.0
#include "recipe/watch/watching.hpp"

#include <kazoo/recipes/detail/watch_holder.hpp>

#include <cassert>

namespace kazoo::detail {

void WatchHolder::stop() noexcept {
    if (watching_) {
        watching_->stop(on_stop_ == OnStop::wait_for_call);
    }
}

std::optional<WatchEnd> WatchHolder::ended() const noexcept {
    return watching_ ? watching_->ended() : WatchEnd::stopped;
}

AsyncResult<void> WatchHolder::first_call() const {
    assert(watching_);
    return watching_->first_call();
}

}  // namespace kazoo::detail
