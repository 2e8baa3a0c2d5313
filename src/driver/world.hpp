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
    /// Runs the task on the connection's executor, after those posted before; never at once.
    /// From any thread.
    virtual void post(Task task) = 0;
    /// Runs the task at `when`, instead of what was set before. On the executor only.
    virtual void set_timer(TimePoint when, Task task) = 0;
    virtual void clear_timer() = 0;
    [[nodiscard]] virtual std::unique_ptr<transport::Transport> make_transport(
        std::weak_ptr<transport::Sink> sink
    ) = 0;
};

}  // namespace kazoo::driver
