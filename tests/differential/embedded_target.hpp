#pragma once

#include "server/profile.hpp"
#include "target.hpp"

#include <memory>

namespace kazoo::differential {

/// The embedded server without its listener: bytes into a Member, in a time of its own.
[[nodiscard]] std::unique_ptr<Target> embed(server::Profile profile);

}  // namespace kazoo::differential
