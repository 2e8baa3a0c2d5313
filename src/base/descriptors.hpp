// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace kazoo::base {

// Sockets that programs executed by this process do not inherit. Where the platform supports it
// (SOCK_CLOEXEC), a socket is created with the flag, so that another thread cannot fork and execute
// a program between creating and marking it. On failure these functions return -1 and set errno.

/// True where open_private_socket() and accept_private_socket() work. Elsewhere they fail with
/// ENOSYS: create the socket in the usual way and pass it to make_private().
#if defined(__linux__) || defined(__FreeBSD__)
inline constexpr bool has_private_sockets = true;
#else
inline constexpr bool has_private_sockets = false;
#endif

[[nodiscard]] int open_private_socket(int family, int type, int protocol) noexcept;
[[nodiscard]] int accept_private_socket(int listener) noexcept;

/// Sets the flag on a socket that was created without it. Returns 0 and does nothing on platforms
/// that have no such flag.
[[nodiscard]] int make_private(int socket) noexcept;

/// Shuts a socket down in both directions, for every process that shares it. Closing it would only
/// end this process's reference: a forked child could keep the connection open.
void shut_down(int socket) noexcept;

/// Returns the number of open descriptors of this process, or -1 if it cannot be determined.
[[nodiscard]] std::int64_t count_descriptors() noexcept;
/// Returns the soft limit of open descriptors: the greatest int64_t if unlimited, -1 if unknown.
[[nodiscard]] std::int64_t most_descriptors() noexcept;

}  // namespace kazoo::base
