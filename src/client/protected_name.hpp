// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace kazoo::detail::client {

/// The name of a protected node, as Apache Curator composes it: `_c_<uuid>-` and the name that the
/// user wants. The uuid (version 4, lower case) is made once for each create and never used again,
/// so that a node with it can only come from that create.
class ProtectedName {
public:
    /// `path` has passed check_path(); that of a sequence node may end in "/". It must not be "/",
    /// unless it is that of a sequence node.
    ProtectedName(std::string_view path, std::array<std::uint64_t, 2> random);
    /// A path whose last component is unique already, and not empty.
    explicit ProtectedName(std::string_view path);

    /// The path of the node, without the number of a sequence node.
    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    [[nodiscard]] const std::string& parent() const noexcept { return parent_; }
    /// What is unique in the name: `_c_<uuid>-`, or the whole name that was unique already.
    [[nodiscard]] std::string_view prefix() const noexcept;
    /// Returns whether a child of the parent is this node, whatever its number.
    [[nodiscard]] bool is_of(std::string_view child) const noexcept {
        return child.starts_with(prefix());
    }

private:
    std::string parent_;
    std::string path_;
    std::size_t prefix_size_;
};

}  // namespace kazoo::detail::client
