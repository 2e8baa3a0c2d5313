// SPDX-License-Identifier: Apache-2.0
#include "handler/fiber/thread_end.hpp"

#include "base/standard_error.hpp"

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <vector>

namespace kazoo::handler {
namespace {

using boost::fibers::context;

/// Called when a fiber has called std::exit, which destroys the thread's scheduler within that
/// fiber. The scheduler would run the other fibers, the main one too, and wait until all fibers of
/// the thread have ended, this one included.
/// The status that was passed to std::exit is not known here.
[[noreturn]] void end_process() noexcept {
    base::write_to_standard_error(
        "kazoo error: std::exit was called in a fiber, where Boost.Fiber does not support it. The "
        "process ends with status 1; static objects are not destroyed. Call std::quick_exit in a "
        "fiber, or std::exit in the thread's main fiber.\n"
    );
    // Not all streams: another thread may hold the lock of one, for example while it reads.
    try {
        std::cout.flush();
    } catch (...) {  // the program has asked std::cout to throw
    }
    std::fflush(stdout);
    std::_Exit(EXIT_FAILURE);
}

struct ThreadEnd {
    // Constructed after Boost.Fiber's thread-local variables, so that it is destroyed before them.
    ThreadEnd() { static_cast<void>(context::active()); }
    ~ThreadEnd() {
        if (!context::active()->is_context(boost::fibers::type::main_context)) {
            end_process();
        }
        for (const auto& end : all) {
            end();
        }
    }
    ThreadEnd(const ThreadEnd&) = delete;
    ThreadEnd& operator=(const ThreadEnd&) = delete;

    std::vector<std::function<void()>> all;
};

ThreadEnd& end_of_thread() {
    thread_local ThreadEnd of_thread;
    return of_thread;
}

}  // namespace

void at_thread_end(std::function<void()> end) {
    end_of_thread().all.push_back(std::move(end));
}

void watch_thread_end() noexcept {
    static_cast<void>(end_of_thread());
}

}  // namespace kazoo::handler
