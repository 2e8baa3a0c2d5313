// SPDX-License-Identifier: Apache-2.0
#include "client/server_path.hpp"

namespace kazoo::detail::client {

void ServerPath::convert(std::string_view path, const Chroot& chroot, bool sequence) {
    if (is_plain_path(path)) {
        storage_ = chroot.absolute(path, sequence);
    } else {
        // A view without data comes from a PathView of a null pointer.
        const auto checked =
            check_path(path.data() != nullptr ? PathView(path) : null_path, sequence);
        if (!checked) {
            error_ = checked.failure();
            return;
        }
        storage_ = chroot.absolute(*checked, sequence);
    }
    view_ = storage_;
}

std::string required_parent(const std::string& path, bool sequence) {
    const auto whole = normalize_path(path);
    return sequence && path.ends_with('/') ? whole : std::string(parent_path(whole));
}

}  // namespace kazoo::detail::client
