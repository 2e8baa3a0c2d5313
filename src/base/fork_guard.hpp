#pragma once

#include <kazoo/detail/export.hpp>

#include <cstdint>
#include <memory>
#include <utility>

// Exported: the components are shared libraries of their own.
KAZOO_API_BEGIN
namespace kazoo::base {

/// How many forks lie between the first process that called this and the calling one.
[[nodiscard]] std::uint32_t fork_generation() noexcept;

/// Knows the process it was made in. In the child of a fork the parent's threads do not exist, may
/// have held locks, and its sockets must not be used.
class ForkGuard {
public:
    ForkGuard() noexcept;
    [[nodiscard]] bool in_child() const noexcept;

private:
    const std::uint32_t generation_;
};

/// For what a child inherits and may not touch, not even destroy.
template <class T>
void leave_to_parent(std::shared_ptr<T>& inherited) {
    static_cast<void>(new std::shared_ptr<T>(std::move(inherited)));
}

}  // namespace kazoo::base
KAZOO_API_END
