// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/testing/harness_options.hpp>
#include <kazoo/time.hpp>

#include <functional>
#include <memory>

namespace kazoo {
class Handler;
}

namespace kazoo::testing {

/// Waits, and meanwhile runs the event loop that the thread of the test owns, if there is one
/// (HarnessOptions::run_loop). Used by one thread at a time.
class LoopRunner {
public:
    /// `handler` may be null.
    LoopRunner(HarnessOptions::RunLoop run_loop, std::shared_ptr<Handler> handler);

    [[nodiscard]] bool has_loop() const noexcept { return static_cast<bool>(run_loop_); }

    /// Calls a function that may block. With a loop, runs the loop in this thread until the
    /// function has returned on another. Rethrows what the function throws, or else what the loop
    /// has thrown. Throws std::system_error if there is no thread.
    void run(const std::function<void()>& blocking);
    /// Waits until `predicate()` is true or `deadline` has passed. Returns its last value.
    bool wait(const std::function<bool()>& predicate, TimePoint deadline);

private:
    void pause();

    const HarnessOptions::RunLoop run_loop_;  // may be empty
    const std::shared_ptr<Handler> handler_;  // may be null
};

}  // namespace kazoo::testing
