// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/async_result.hpp>
#include <kazoo/exceptions.hpp>
#include <kazoo/handler.hpp>

#include <array>
#include <chrono>
#include <future>
#include <thread>

namespace kazoo::testing_support {

inline constexpr std::array lanes{Lane::completion, Lane::callback, Lane::session};

/// Returns the thread on which the handler runs the tasks of a lane.
inline std::thread::id thread_of(Handler& handler, Lane lane) {
    std::promise<std::thread::id> id;
    handler.dispatch(lane, [&id] { id.set_value(std::this_thread::get_id()); });
    return id.get_future().get();
}

/// Whether the calling thread may not wait for this result, which is not ready.
inline bool blocking_is_refused(const AsyncResult<int>& pending) {
    try {
        static_cast<void>(pending.wait(std::chrono::milliseconds(1)));
    } catch (const WouldDeadlockError&) {
        return true;
    }
    return false;
}

}  // namespace kazoo::testing_support
