#pragma once

#include "choice.hpp"
#include "multi_maker.hpp"
#include "server/profile.hpp"

namespace kazoo::differential {

/// A request that no record can express, or that no client sends on purpose: negative counts,
/// nulls in ACLs, flags and opcodes that do not go together, writes where reads belong.
[[nodiscard]] MadeOp make_odd(Choice& choice, const server::Profile& profile);

}  // namespace kazoo::differential
