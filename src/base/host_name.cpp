// SPDX-License-Identifier: Apache-2.0
#include <kazoo/detail/host_name.hpp>

#include <unistd.h>

#include <array>

namespace kazoo::detail {

std::string host_name() {
    std::array<char, 256> name{};  // POSIX allows 255 characters
    if (gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') {
        return "localhost";
    }
    return name.data();
}

std::string process_name() {
    return host_name() + "-" + std::to_string(getpid());
}

}  // namespace kazoo::detail
