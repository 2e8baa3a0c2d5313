// SPDX-License-Identifier: Apache-2.0
#include "transport/wait_readable.hpp"

#if defined(__linux__)
#    include <poll.h>

#    include <algorithm>
#    include <ctime>
#endif

namespace kazoo::transport {

#if defined(__linux__)

bool wait_readable(int socket, std::chrono::nanoseconds limit) noexcept {
    using std::chrono::seconds;
    limit = std::max(limit, std::chrono::nanoseconds(0));
    const auto whole = std::chrono::duration_cast<seconds>(limit);
    const timespec time{
        static_cast<std::time_t>(whole.count()), static_cast<long>((limit - whole).count())};
    pollfd what{socket, POLLIN, 0};
    return ::ppoll(&what, 1, &time, nullptr) > 0;
}

#else

bool wait_readable(int, std::chrono::nanoseconds) noexcept {
    return false;
}

#endif

}  // namespace kazoo::transport
