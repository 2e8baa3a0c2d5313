// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/errors.hpp>
#include <kazoo/state.hpp>

#include <system_error>

namespace kazoo::session {

/// Returns whether the state may change in this way. The transitions are kazoo's.
[[nodiscard]] bool is_transition(KeeperState from, KeeperState to) noexcept;

/// Returns the error with which a request fails at once in this state, or no error if it is
/// accepted. As in kazoo, requests wait while CONNECTING and fail in the closed states.
[[nodiscard]] std::error_code refusal(KeeperState state) noexcept;

}  // namespace kazoo::session
