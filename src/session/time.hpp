// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/time.hpp>

#include <chrono>

namespace kazoo::session {

using std::chrono::milliseconds;

/// Adds a duration to a time without overflow: users write "no limit" as the longest duration.
using detail::later;

}  // namespace kazoo::session
