// SPDX-License-Identifier: Apache-2.0
#include "recipe/barrier/double_barrier_state.hpp"
#include "recipe/blocking.hpp"

#include <kazoo/recipes/double_barrier.hpp>

#include <utility>

namespace kazoo {

using namespace detail::recipe;

DoubleBarrier::DoubleBarrier(
    const KazooClient& client, PathView path, int num_clients, std::string_view identifier
)
    : state_(std::make_shared<DoubleBarrierState>(client, path, num_clients, identifier)) {}

DoubleBarrier::DoubleBarrier(DoubleBarrier&&) noexcept = default;

DoubleBarrier& DoubleBarrier::operator=(DoubleBarrier&& other) noexcept {
    if (this != &other) {
        if (state_) {
            state_->abandon();
        }
        state_ = std::move(other.state_);
    }
    return *this;
}

DoubleBarrier::~DoubleBarrier() {
    if (state_) {
        state_->abandon();
    }
}

AsyncResult<void> DoubleBarrier::enter_async(const CallOptions& options) {
    const CallLimits limits(options, *state_->handler(), CallKind::waits);
    auto result = detail::recipe::enter(state_, limits);
    if (!result.ready()) {  // as when another call is in progress
        state_->set_entering(result);
    }
    return result;
}

void DoubleBarrier::enter(const CallOptions& options) {
    block_on_events(state_->handler(), [&] { return enter_async(options); });
}

AsyncResult<void> DoubleBarrier::leave_async(const CallOptions& options) {
    const CallLimits limits(options, *state_->handler(), CallKind::waits);
    return detail::recipe::leave(state_, limits);
}

void DoubleBarrier::leave(const CallOptions& options) {
    block_on_events(state_->handler(), [&] { return leave_async(options); });
}

bool DoubleBarrier::participating() const noexcept {
    return state_->participating();
}

}  // namespace kazoo
