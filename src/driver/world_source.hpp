#pragma once

#include "driver/world.hpp"

#include <cstdint>
#include <memory>

namespace kazoo::detail {

/// What a handler returns from world_source() if its clients live in another world than the
/// machine's: a simulation.
class WorldSource {
public:
    virtual ~WorldSource() = default;
    /// A new one, with a timer of its own.
    [[nodiscard]] virtual std::shared_ptr<driver::World> make_world() = 0;
    [[nodiscard]] virtual std::uint64_t random_seed() = 0;
};

}  // namespace kazoo::detail

namespace kazoo::driver {

/// The world of a handler: what it brings itself, else Asio's.
[[nodiscard]] std::shared_ptr<World> make_world(const std::shared_ptr<Handler>& handler);

/// Chance for the jitter of pauses and the order of hosts: the machine's, or that of the handler's
/// world. `handler` may be null.
[[nodiscard]] std::uint64_t random_seed(Handler* handler);

}  // namespace kazoo::driver
