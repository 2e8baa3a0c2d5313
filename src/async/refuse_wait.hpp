// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/detail/export.hpp>

// Exported: the components are shared libraries of their own.
KAZOO_API_BEGIN
namespace kazoo::base {

/// Throws WouldDeadlockError for a wait that could never end; `why` becomes the error's detail.
[[noreturn]] void refuse_to_wait(const char* why);
/// Throws ForkedError: the threads or loops that would end the wait exist in the parent only.
[[noreturn]] void refuse_to_wait_in_child();

}  // namespace kazoo::base
KAZOO_API_END
