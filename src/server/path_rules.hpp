#pragma once

#include <optional>
#include <string_view>

namespace kazoo::server {

/// Whether a node may have this path. ZooKeeper judges the text that its lenient decoder makes of
/// the bytes: what is no UTF-8 becomes U+FFFD there, which no path may contain.
[[nodiscard]] bool is_valid_path(std::string_view path);

/// The parent of what is to be created or deleted: everything before the last slash, so "" for
/// "/a". Nothing if there is no slash, or a NUL; the path may be wrong in other ways.
[[nodiscard]] std::optional<std::string_view> parent_of(std::string_view path) noexcept;

/// The nodes that cannot be deleted.
[[nodiscard]] bool is_system_path(std::string_view path) noexcept;

}  // namespace kazoo::server
