// SPDX-License-Identifier: Apache-2.0
#include "base/descriptors.hpp"

#include <cerrno>
#include <exception>
#include <filesystem>
#include <limits>
#include <system_error>

#if !defined(_WIN32)
#    include <fcntl.h>
#    include <sys/resource.h>
#    include <sys/socket.h>
#endif

namespace kazoo::base {

#if defined(__linux__) || defined(__FreeBSD__)

int open_private_socket(int family, int type, int protocol) noexcept {
    return ::socket(family, type | SOCK_CLOEXEC, protocol);
}

int accept_private_socket(int listener) noexcept {
    return ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
}

#else

int open_private_socket(int, int, int) noexcept {
    errno = ENOSYS;
    return -1;
}

int accept_private_socket(int) noexcept {
    errno = ENOSYS;
    return -1;
}

#endif

#if !defined(_WIN32)

int make_private(int socket) noexcept {
    return ::fcntl(socket, F_SETFD, FD_CLOEXEC);
}

void shut_down(int socket) noexcept {
    ::shutdown(socket, SHUT_RDWR);
}

std::int64_t most_descriptors() noexcept {
    ::rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return -1;
    }
    return limit.rlim_cur == RLIM_INFINITY ? std::numeric_limits<std::int64_t>::max()
                                           : static_cast<std::int64_t>(limit.rlim_cur);
}

#else

int make_private(int) noexcept {
    return 0;
}

void shut_down(int) noexcept {}

std::int64_t most_descriptors() noexcept {
    return -1;
}

#endif

std::int64_t count_descriptors() noexcept {
    try {
        std::error_code error;
        std::int64_t open = 0;
        const std::filesystem::directory_iterator end;
        for (std::filesystem::directory_iterator at("/proc/self/fd", error); !error && at != end;
             at.increment(error)) {
            ++open;
        }
        // Not counting the descriptor through which the directory is being read.
        return error || open == 0 ? -1 : open - 1;
    } catch (const std::exception&) {
        return -1;  // out of memory
    }
}

}  // namespace kazoo::base
