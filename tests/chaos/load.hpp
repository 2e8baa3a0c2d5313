#pragma once

#include "life.hpp"

#include <memory>

namespace kazoo::chaos {

/// Makes one to a few calls, as a program would, by chance: alone, or the next in the callback of
/// the one before. Paths are few, so that programs meet.
void make_calls(const std::shared_ptr<Life>& life, sim::Chance& chance);

}  // namespace kazoo::chaos
