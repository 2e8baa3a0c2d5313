// SPDX-License-Identifier: Apache-2.0
#include "testing/loop_runner.hpp"

#include "base/signal_masked_thread.hpp"

#include <kazoo/handler.hpp>

#include <atomic>
#include <chrono>
#include <exception>
#include <thread>
#include <utility>

namespace kazoo::testing {
namespace {

using namespace std::chrono_literals;

/// The longest time that the loop may wait without looking whether the wait has ended.
constexpr auto loop_limit = 5ms;
/// The interval at which a predicate is evaluated without a loop.
constexpr auto poll_interval = 2ms;

}  // namespace

LoopRunner::LoopRunner(HarnessOptions::RunLoop run_loop, std::shared_ptr<Handler> handler)
    : run_loop_(std::move(run_loop)), handler_(std::move(handler)) {}

void LoopRunner::run(const std::function<void()>& blocking) {
    if (!run_loop_) {
        return blocking();
    }
    std::exception_ptr failure;
    std::exception_ptr loop_failure;
    std::atomic<bool> done{false};
    auto thread = base::start_masked_thread("kazoo-harness", [&] {
        try {
            blocking();
        } catch (...) {
            failure = std::current_exception();
        }
        done = true;
    });
    while (!done) {
        try {
            run_loop_(loop_limit);
        } catch (...) {
            // The loop goes on, or the thread would wait in vain.
            if (!loop_failure) {
                loop_failure = std::current_exception();
            }
        }
    }
    thread.join();
    if (failure || loop_failure) {
        std::rethrow_exception(failure ? failure : loop_failure);
    }
}

bool LoopRunner::wait(const std::function<bool()>& predicate, TimePoint deadline) {
    while (!predicate()) {
        if (Clock::now() >= deadline) {
            return predicate();
        }
        pause();
    }
    return true;
}

void LoopRunner::pause() {
    if (run_loop_) {
        run_loop_(loop_limit);
    } else if (handler_) {
        handler_->sleep(poll_interval);  // the handler suspends the fiber, if it has fibers
    } else {
        std::this_thread::sleep_for(poll_interval);
    }
}

}  // namespace kazoo::testing
