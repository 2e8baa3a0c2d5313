// SPDX-License-Identifier: Apache-2.0
// Rules for paths in requests.

#pragma once

#include <optional>
#include <string_view>

namespace kazoo::server {

/// Returns whether this is the path of a node, by ZooKeeper's rules. Text that is not UTF-8 is
/// invalid: Apache's server decodes it to U+FFFD, which a path may not contain.
[[nodiscard]] bool is_valid_path(std::string_view path);

/// Returns the parent of a path that is to be created or deleted: everything before the last slash,
/// so "" for "/a". Returns nullopt if there is no slash or there is a NUL; does not check the path
/// otherwise.
[[nodiscard]] std::optional<std::string_view> parent_of(std::string_view path) noexcept;

/// Returns whether this is a node that cannot be deleted.
[[nodiscard]] bool is_system_path(std::string_view path) noexcept;

}  // namespace kazoo::server
