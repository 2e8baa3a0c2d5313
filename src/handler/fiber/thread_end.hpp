// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/fiber/context.hpp>

#include <functional>
#include <thread>

namespace kazoo::handler {

/// Calls `end` when the calling thread ends, before Boost.Fiber waits for its fibers to end. If a
/// fiber of the thread calls std::exit, the process ends with status EXIT_FAILURE instead, because
/// Boost.Fiber would wait for that fiber, too.
void at_thread_end(std::function<void()> end);

/// Arranges that std::exit in a fiber of the calling thread ends the process, as described with
/// at_thread_end().
void watch_thread_end() noexcept;

/// Runs `body` on a thread with fibers, which can wait and be notified: usually the calling one.
/// During the destruction of static objects the main thread has no fibers any more, and a new
/// thread is used.
template <class Body>
void among_fibers(const Body& body) {
    if (boost::fibers::context::active() != nullptr) {
        body();
    } else {
        std::thread(body).join();
    }
}

}  // namespace kazoo::handler
