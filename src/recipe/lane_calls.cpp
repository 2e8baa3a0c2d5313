// SPDX-License-Identifier: Apache-2.0
#include "recipe/lane_calls.hpp"

#include <kazoo/detail/result_state.hpp>

#include <exception>
#include <utility>

namespace kazoo::detail::recipe {

void LaneCalls::post(UniqueFunction<void()> function) {
    handler_->dispatch(
        Lane::callback,
        [self = shared_from_this(), function = std::move(function)]() mutable {
            const LaneScope scope(*self->handler_, Lane::callback);
            self->call(function);
            function = UniqueFunction<void()>();  // within the scope
        }
    );
}

void LaneCalls::call(UniqueFunction<void()>& function) {
    {
        const std::lock_guard lock(mutex_);
        if (closed_) {
            return;
        }
        calling_ = true;
        idle_.clear();
    }
    try {
        function();
    } catch (...) {
        handler_->report_escaped(Lane::callback, std::current_exception());
    }
    {
        const std::lock_guard lock(mutex_);
        calling_ = false;
    }
    idle_.set();
}

void LaneCalls::close() noexcept {
    bool calling = false;
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
        calling = calling_;
    }
    if (calling && !LaneScope::on_lane_of(*handler_)) {
        try {
            idle_.wait();
        } catch (const std::exception&) {
            // The caller must not block.
        }
    }
}

}  // namespace kazoo::detail::recipe
