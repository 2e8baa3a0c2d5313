// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "life.hpp"

#include <memory>

namespace kazoo::chaos {

/// Makes a few random calls, single ones or chains in which a callback makes the next call. Few
/// paths are used, so that programs conflict.
void make_calls(const std::shared_ptr<Life>& life, sim::Chance& chance);

}  // namespace kazoo::chaos
