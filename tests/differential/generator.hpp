#pragma once

#include "script.hpp"
#include "server/profile.hpp"

namespace kazoo::differential {

/// A script that depends on the arguments alone, without what shows a deliberate difference from
/// that release. Its paths are few, so that its clients meet; about one step in eight is wrong in
/// some way.
[[nodiscard]] Script generate(
    std::uint64_t seed, std::size_t steps, const server::Profile& profile
);

}  // namespace kazoo::differential
