// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core.hpp"

#include <kazoo/async_result.hpp>
#include <kazoo/read_options.hpp>

#include <memory>

namespace kazoo::detail::client {

/// Whether the caller of wait_for_room blocks until it has room.
enum class Waits { asynchronous, blocking };

/// Returns a result that completes when the queue of requests has room and callbacks keep up; see
/// BackPressure::room_async. Throws std::bad_alloc.
[[nodiscard]] AsyncResult<void> wait_for_room(
    const std::shared_ptr<Core>& core, const CallContext& context, Waits waits
);

inline const CallOptions& call_of(const CallOptions& options) {
    return options;
}
inline const CallOptions& call_of(const ReadOptions& options) {
    return options.call();
}

/// Returns whether an operation failed because the queue of requests is full, and may begin again:
/// nothing of it can have been applied. Room in the queue does not help where a slot was missing.
template <class T>
bool is_refused_by_full_queue(const AsyncResult<T>& result) {
    auto& state = *detail::state_of(result);
    if (!state.ready() || state.successful()) {
        return false;
    }
    const auto error = state.error();
    return error.code() == ClientErrc::queue_full && error.outcome() == Outcome::not_sent &&
           !error.detail().ends_with(no_slot_text);
}

/// Blocks until the operation of `begin(options)` is complete, and returns its value or throws its
/// error. With WhenFull::wait, waits for room and tries again if another caller has used it; if
/// that wait fails, the operation fails for the same reason.
template <class Options, class Begin>
auto call_blocking(const std::shared_ptr<Core>& core, const Options& options, Begin&& begin)
    -> decltype(begin(options).get()) {
    core->check_may_block();
    const auto& call = call_of(options);
    if (call.when_full().value_or(core->options().when_full()) == WhenFull::fail) {
        return begin(options).get();
    }
    const CallContext context(*core->handler(), call, core->options());
    Options bounded = options;
    bounded.timeout(Duration::max()).deadline(context.deadline);
    for (;;) {
        const auto room = wait_for_room(core, context, Waits::blocking);
        room.wait();
        auto result = begin(bounded);
        const bool again = room.successful() && is_refused_by_full_queue(result);
        if (!again) {
            return std::move(result).get();
        }
    }
}

}  // namespace kazoo::detail::client
