#pragma once

#include "driver/world.hpp"

#include <cstdint>
#include <memory>

namespace kazoo::detail {

/// Returned by Handler::world_source() if the handler's clients do not use the real clock and
/// network, but a simulation.
class WorldSource {
public:
    virtual ~WorldSource() = default;
    /// Returns a new world, with a separate timer.
    [[nodiscard]] virtual std::shared_ptr<driver::World> make_world() = 0;
    [[nodiscard]] virtual std::uint64_t random_seed() = 0;
};

}  // namespace kazoo::detail

namespace kazoo::driver {

/// Returns a new world for a client of the handler: from its WorldSource if it has one, else
/// Asio's.
[[nodiscard]] std::shared_ptr<World> make_world(const std::shared_ptr<Handler>& handler);

/// Returns a seed for the jitter of pauses and the order of hosts: from the handler's WorldSource
/// if it has one, else from std::random_device. `handler` may be null.
[[nodiscard]] std::uint64_t random_seed(Handler* handler);

}  // namespace kazoo::driver
