// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transport/transport.hpp"

#include <kazoo/handler.hpp>

#include <memory>

namespace kazoo::driver {

/// What a driver needs from its surroundings: a clock, an executor with a timer, and connections.
/// Asio's in production, a simulation in tests.
class Environment {
public:
    virtual ~Environment() = default;
    [[nodiscard]] virtual TimePoint now() const noexcept = 0;
    /// Runs the task on the connection's executor, not within this call. Tasks run one at a time,
    /// and in order if one thread runs the executor. Thread-safe.
    virtual void post(Task task) = 0;
    /// Returns what identifies the code that has to return before a task runs that this thread
    /// posts now; null if a task waits for no such code.
    [[nodiscard]] virtual const void* put_off_by() const noexcept { return nullptr; }
    /// Runs the task at `when`. There is one timer: this replaces the task that was set before.
    /// Called on the executor only. Whatever fails because memory is short is tried again by this
    /// timer, so an environment reserves memory for it.
    virtual void set_timer(TimePoint when, Task task) = 0;
    /// Destroys the task of the timer without running it.
    virtual void clear_timer() = 0;
    [[nodiscard]] virtual std::unique_ptr<transport::Transport> make_transport(
        std::weak_ptr<transport::Sink> sink
    ) = 0;
};

}  // namespace kazoo::driver
