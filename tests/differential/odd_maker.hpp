// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "choice.hpp"
#include "multi_maker.hpp"
#include "server/rules/profile.hpp"

namespace kazoo::differential {

/// A request that no record type can express or no real client sends: negative counts, nulls in
/// ACLs, mismatched flags and opcodes, writes in a multi_read.
[[nodiscard]] MadeOp make_odd(Choice& choice, const server::Profile& profile);

}  // namespace kazoo::differential
