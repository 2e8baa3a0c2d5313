// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/detail/export.hpp>

#include <cstdint>
#include <memory>
#include <utility>

// Exported: the components are shared libraries of their own.
KAZOO_API_BEGIN
namespace kazoo::base {

/// Returns the number of forks between the process that first called this and the calling process.
[[nodiscard]] std::uint32_t fork_generation() noexcept;

/// Detects that the calling process is a forked child of the one in which this was constructed. In
/// a child the other threads of the parent do not exist, the mutexes that they held stay locked,
/// and the inherited sockets are shared with the parent and must not be used. Thread-safe.
class ForkGuard {
public:
    ForkGuard() noexcept;
    [[nodiscard]] bool in_child() const noexcept;

private:
    const std::uint32_t generation_;  // of the process that constructed this
};

/// Leaks a reference to an object that a forked child has inherited, and leaves `inherited` null.
/// The object's destructor must not run in the child: it would wait for threads that do not exist
/// there, or close sockets that the parent uses.
template <class T>
void leave_to_parent(std::shared_ptr<T>& inherited) {
    static_cast<void>(new std::shared_ptr<T>(std::move(inherited)));
}

}  // namespace kazoo::base
KAZOO_API_END
