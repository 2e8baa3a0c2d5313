#pragma once

#include "transport/transport.hpp"

#include <kazoo/handler.hpp>

#include <memory>

namespace kazoo::driver {

/// What a driver needs of the world: time, turns and a way to servers. Asio's in production, a
/// simulated one in tests.
class World {
public:
    virtual ~World() = default;
    [[nodiscard]] virtual TimePoint now() const noexcept = 0;
    /// Runs the task on the connection's executor, never at once. Tasks keep their order as far as
    /// one thread runs the executor. From any thread.
    virtual void post(Task task) = 0;
    /// Runs the task at `when`, instead of what was set before. On the executor only. What else
    /// fails for want of memory is tried again by this timer: a world keeps memory ready for it.
    virtual void set_timer(TimePoint when, Task task) = 0;
    virtual void clear_timer() = 0;
    [[nodiscard]] virtual std::unique_ptr<transport::Transport> make_transport(
        std::weak_ptr<transport::Sink> sink
    ) = 0;
};

}  // namespace kazoo::driver
