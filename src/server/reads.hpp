#pragma once

#include "base/buffer.hpp"
#include "codec/opcode.hpp"
#include "server/profile.hpp"
#include "server/tree.hpp"

#include <kazoo/security.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace kazoo::server {

/// What a read sees: the tree of the server that answers, and who asks.
struct ReadContext {
    const Tree& tree;
    const Profile& profile;
    const std::vector<Id>& identities;  // of the connection when it sent the request
    std::int64_t session = 0;           // whose ephemerals get_ephemerals lists
    std::int64_t zxid = 0;              // the last one applied to the tree: goes into the reply
    /// A longer reply to multi_read becomes an error (-5): a small request can ask for the same
    /// large node any number of times.
    std::size_t max_multi_reply = 64u << 20;
};

/// The watch to be set once a read has been answered, with WatchTable's add_data or add_child.
enum class ReadWatch : std::uint8_t { none, data, child };

struct ReadResult {
    std::int32_t err = 0;  // as in the reply
    /// Asked for and due: also after an exists that found nothing.
    ReadWatch watch = ReadWatch::none;
    std::string_view path;  // in the request's body; empty if it has none
};

/// Whether append_read answers it: exists, get_data, get_acl, get_children, get_children2,
/// get_ephemerals, get_all_children_number, multi_read. (Whether the server knows it is for
/// Profile::knows to say, before.)
[[nodiscard]] bool is_read(codec::Opcode op) noexcept;

/// Answers a read: appends its reply to `out`, a whole frame. `body` is the request behind its
/// header. Of any other opcode the answer is -6.
ReadResult append_read(
    base::Buffer& out,
    const ReadContext& context,
    codec::Opcode op,
    std::int32_t xid,
    std::span<const std::byte> body
);

/// The path that a request of any kind is about, for faults and logs: "" if it has none (a multi,
/// a ping) or cannot be read. Points into `body`.
[[nodiscard]] std::string_view path_of(codec::Opcode op, std::span<const std::byte> body) noexcept;

}  // namespace kazoo::server
