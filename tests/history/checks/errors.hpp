// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "history/call.hpp"
#include "history/chronicle.hpp"
#include "history/verdict.hpp"

namespace kazoo::history {

/// A call fails only with errors that it can have, and with an outcome that fits the error. If a
/// server refused it, the refusal was right at some moment between call and reply.
void check_error(const Call& call, const Chronicle& chronicle, Verdict& verdict);

}  // namespace kazoo::history
