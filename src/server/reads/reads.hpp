// SPDX-License-Identifier: Apache-2.0
// Execution of the requests that read the tree.

#pragma once

#include "base/buffer.hpp"
#include "codec/opcode.hpp"
#include "server/rules/profile.hpp"
#include "server/tree/tree.hpp"

#include <kazoo/security.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace kazoo::server {

/// The tree that a read sees, and its caller.
struct ReadContext {
    const Tree& tree;
    const Profile& profile;
    const std::vector<Id>& identities;  // of the connection, when the request is handled
    std::int64_t session = 0;           // get_ephemerals lists its nodes
    std::int64_t zxid = 0;              // last one applied to the tree; in the reply header
    /// A multi_read with a longer reply fails with MarshallingError (-5), because a small request
    /// can ask for the same large node many times. Apache's server has no such limit.
    std::size_t max_multi_reply = 64u << 20;
};

/// The watch that the caller sets after the reply, with WatchTable's add_data or add_child.
enum class ReadWatch : std::uint8_t { none, data, child };

struct ReadResult {
    std::int32_t err = 0;  // in the header of the reply
    /// The watch to set, if one was requested and the read succeeded; for exists also if there is
    /// no node.
    ReadWatch watch = ReadWatch::none;
    std::string_view path;  // points into the request's body; empty if it has none
};

/// Returns whether append_read handles the opcode: exists, get_data, get_acl, get_children,
/// get_children2, get_ephemerals, get_all_children_number, multi_read. Check Profile::supports
/// first.
[[nodiscard]] bool is_read(codec::Opcode op) noexcept;

/// Executes a read and appends its reply, a complete frame, to `out`. `body` is the request without
/// its header. Any other opcode is answered with Unimplemented (-6).
ReadResult append_read(
    base::Buffer& out,
    const ReadContext& context,
    codec::Opcode op,
    std::int32_t xid,
    std::span<const std::byte> body
);

/// Returns the path in a request of any kind, for matching faults: "" if it has none (a multi, a
/// ping) or is malformed. Points into `body`.
[[nodiscard]] std::string_view path_of(codec::Opcode op, std::span<const std::byte> body) noexcept;

}  // namespace kazoo::server
