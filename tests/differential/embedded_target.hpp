// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/rules/profile.hpp"
#include "settings.hpp"
#include "target.hpp"

#include <memory>

namespace kazoo::differential {

/// The embedded server without its listener: passes bytes to a ServerNode, with virtual time.
[[nodiscard]] std::unique_ptr<Target> embed(server::Profile profile, const Settings& settings = {});

}  // namespace kazoo::differential
