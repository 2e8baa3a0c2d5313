// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/node.hpp>
#include <kazoo/node_operations.hpp>
#include <kazoo/paths.hpp>
#include <kazoo/stat.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace kazoo::detail::client {

// One decoder for each type of value that a reply to one request can have. Each returns false if
// the body of the reply is malformed, throws std::length_error if it would take too much memory,
// which Operation reports as response_too_large, and std::bad_alloc.

using ReplyBody = std::span<const std::byte>;

/// Returns how much memory the lists in a reply may take: 16 MiB or four times its size on the
/// wire. That is what short names take; there cannot be many shorter ones, because the names of
/// children differ.
[[nodiscard]] std::size_t list_memory(std::size_t body) noexcept;

/// A path, without the chroot.
bool decode_value(ReplyBody body, const Chroot& chroot, std::string& path);
bool decode_value(ReplyBody body, const Chroot& chroot, CreatedNode& node);
bool decode_value(ReplyBody body, const Chroot& chroot, ZnodeStat& stat);
/// The stat of a node that exists. (That it does not is an error on the wire.)
bool decode_value(ReplyBody body, const Chroot& chroot, std::optional<ZnodeStat>& stat);
bool decode_value(ReplyBody body, const Chroot& chroot, NodeData& node);
/// The names of a node's children.
bool decode_value(ReplyBody body, const Chroot& chroot, std::vector<std::string>& children);
bool decode_value(ReplyBody body, const Chroot& chroot, ChildrenAndStat& node);
bool decode_value(ReplyBody body, const Chroot& chroot, AclsAndStat& node);
/// The number of descendants of a node.
bool decode_value(ReplyBody body, const Chroot& chroot, std::int32_t& number);
bool decode_value(ReplyBody body, const Chroot& chroot, std::vector<ClientInfo>& identities);
/// Paths, without the chroot. (Not an overload: children are also a list of strings.)
bool decode_paths(ReplyBody body, const Chroot& chroot, std::vector<std::string>& paths);

}  // namespace kazoo::detail::client
