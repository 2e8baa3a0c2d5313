#pragma once

#include "life.hpp"

#include <initializer_list>
#include <memory>

namespace kazoo::chaos {

/// Nodes that are there from the beginning.
inline constexpr std::initializer_list<const char*> roots = {"/k", "/e", "/s", "/t"};

/// Makes one to a few calls, as a program would, by chance: alone, or the next in the callback of
/// the one before. Paths are few, so that programs meet.
void make_calls(const std::shared_ptr<Life>& life, sim::Chance& chance);

}  // namespace kazoo::chaos
