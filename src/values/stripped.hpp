// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/paths.hpp>

#include <string_view>

namespace kazoo::detail {

/// Chroot::strip() as a view of `server_path`, or of a literal.
[[nodiscard]] inline std::string_view stripped(
    const Chroot& chroot, std::string_view server_path
) noexcept {
    const std::string_view prefix = chroot.prefix();
    if (prefix.empty() || server_path.substr(0, prefix.size()) != prefix) {
        return server_path;
    }
    const auto rest = server_path.substr(prefix.size());
    if (rest.empty()) {
        return "/";
    }
    // The prefix has to end between two components: /app does not contain /apple.
    return rest.front() == '/' ? rest : server_path;
}

}  // namespace kazoo::detail
