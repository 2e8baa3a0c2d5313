#pragma once

#include <cstdint>

namespace kazoo::base {

// Sockets that no program started by this process inherits. Where the platform can (SOCK_CLOEXEC),
// they never exist without that flag, so that a fork in another thread cannot catch them without.
// On failure these return -1, and errno says why.

/// Whether the functions below are there: elsewhere sockets have to be marked once they exist.
#if defined(__linux__) || defined(__FreeBSD__)
inline constexpr bool has_private_sockets = true;
#else
inline constexpr bool has_private_sockets = false;
#endif

[[nodiscard]] int open_private_socket(int family, int type, int protocol) noexcept;
[[nodiscard]] int accept_private_socket(int listener) noexcept;

/// Marks a socket that was made without the flag. Does nothing where there are no such flags.
[[nodiscard]] int make_private(int socket) noexcept;

/// Ends what a socket does, also for forked children that hold it as well: to close it does not.
void shut_down(int socket) noexcept;

/// Open descriptors of this process and how many there may be; -1 if the machine does not tell.
[[nodiscard]] std::int64_t count_descriptors() noexcept;
[[nodiscard]] std::int64_t most_descriptors() noexcept;

}  // namespace kazoo::base
