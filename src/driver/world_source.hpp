#pragma once

#include "driver/world.hpp"

#include <cstdint>
#include <memory>

namespace kazoo::driver {

/// A handler that lives in another world than the machine's: a simulation. It derives from this as
/// well as from Handler.
class WorldSource {
public:
    virtual ~WorldSource() = default;
    /// A new one, with a timer of its own.
    [[nodiscard]] virtual std::shared_ptr<World> make_world() = 0;
    [[nodiscard]] virtual std::uint64_t random_seed() = 0;
};

/// The world of a handler: what it brings itself, else Asio's.
[[nodiscard]] std::shared_ptr<World> make_world(const std::shared_ptr<Handler>& handler);

/// Chance for the jitter of pauses and the order of hosts: the machine's, or that of the handler's
/// world. `handler` may be null.
[[nodiscard]] std::uint64_t random_seed(Handler* handler);

}  // namespace kazoo::driver
