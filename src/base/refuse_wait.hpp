#pragma once

#include <kazoo/detail/export.hpp>

// Exported: the components are shared libraries of their own.
KAZOO_API_BEGIN
namespace kazoo::base {

/// Throws WouldDeadlockError: waiting could never end, and `why`.
[[noreturn]] void refuse_to_wait(const char* why);
/// Throws ForkedError: whoever would end the wait exists in the parent only.
[[noreturn]] void refuse_to_wait_in_child();

}  // namespace kazoo::base
KAZOO_API_END
