#pragma once

#include <boost/fiber/context.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <thread>

namespace kazoo::handler {

/// Calls `end` when the calling thread ends, before Boost.Fiber waits for its fibers to end. The
/// argument is true if a fiber of the thread has called std::exit: then no other fiber of it will
/// run again.
void at_thread_end(std::function<void(bool abandoned)> end);

/// Returns a flag that becomes true when the fibers of the calling thread will not run any more.
/// They must not be notified then.
[[nodiscard]] std::shared_ptr<const std::atomic<bool>> abandonment_of_thread();

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
