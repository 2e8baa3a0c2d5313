#pragma once

#include "driver/world.hpp"

#include <kazoo/handler.hpp>

#include <memory>

namespace kazoo::driver {

/// Returns the real world of a handler: its executor (serialised by Turns), its clock, and TCP.
[[nodiscard]] std::shared_ptr<World> make_asio_world(std::shared_ptr<Handler> handler);

}  // namespace kazoo::driver
