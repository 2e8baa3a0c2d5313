#pragma once

#include <kazoo/errors.hpp>
#include <kazoo/state.hpp>

#include <system_error>

namespace kazoo::session {

/// Whether kazoo's table of transitions has this one.
[[nodiscard]] bool is_transition(KeeperState from, KeeperState to) noexcept;

/// Why a request is refused in this state; no error where it is accepted (kazoo: requests wait
/// while CONNECTING, and fail at once in the closed states).
[[nodiscard]] std::error_code refusal(KeeperState state) noexcept;

}  // namespace kazoo::session
