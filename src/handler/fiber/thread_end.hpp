#pragma once

#include <boost/fiber/context.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <thread>

namespace kazoo::handler {

/// Calls `told` when the calling thread ends, before its fibers do: Boost.Fiber waits for them.
/// `told(true)`: a fiber of the thread has called `std::exit`, and no other one will ever run.
void at_thread_end(std::function<void(bool abandoned)> told);

/// Turns true when the fibers of the calling thread will not run any more: they must not be woken.
[[nodiscard]] std::shared_ptr<const std::atomic<bool>> abandonment_of_thread();

/// Runs `body` where fibers can wait and be woken. A thread that has ended so far that only static
/// objects are left has no fibers any more: another does it then.
template <class Body>
void among_fibers(const Body& body) {
    if (boost::fibers::context::active() != nullptr) {
        body();
    } else {
        std::thread(body).join();
    }
}

}  // namespace kazoo::handler
