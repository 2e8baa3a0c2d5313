#pragma once

#include "codec/opcode.hpp"

#include <cstdint>
#include <string>

namespace kazoo::server {

/// Which server this one pretends to be: the differences between releases that a client can see.
struct Profile {
    int minor = 9;  ///< of Apache ZooKeeper 3.<minor>.<patch>
    int patch = 5;
    bool keeper = false;  ///< ClickHouse Keeper instead; the release is then not asked for
    /// An older release filters events all the same, as Debian's 3.8.0 does (CVE-2024-23944).
    bool filters_events = false;

    [[nodiscard]] bool at_least(int other_minor, int other_patch = 0) const noexcept {
        return minor > other_minor || (minor == other_minor && patch >= other_patch);
    }

    /// Whether the opcode exists. If not, Apache answers -6 and closes, Keeper closes.
    [[nodiscard]] bool knows(codec::Opcode op) const noexcept;
    /// Notifications carry the zxid of their transaction, not -1.
    [[nodiscard]] bool notifies_with_zxid() const noexcept;
    /// The modes of watches on one path coexist; watcher types 4 and 5 exist.
    [[nodiscard]] bool watch_modes_coexist() const noexcept;
    /// Events reach only those who may read the node.
    [[nodiscard]] bool checks_read_for_events() const noexcept;
    /// exists needs READ.
    [[nodiscard]] bool checks_read_for_exists() const noexcept;
    /// getACL needs READ or ADMIN and hides digests.
    [[nodiscard]] bool protects_acls() const noexcept;
    /// create2 in a multi is answered as such, not as create.
    [[nodiscard]] bool types_create2_in_multi() const noexcept;
    /// A bad create flag in a multi fails the whole as malformed, not the operation.
    [[nodiscard]] bool bad_flags_fail_multi() const noexcept;
    /// The greatest flag of a create that means something.
    [[nodiscard]] std::int32_t greatest_create_flag() const noexcept;
    /// A node may have no ACL at all.
    [[nodiscard]] bool accepts_empty_acls() const noexcept;
    /// IPv6 addresses may stand in ACLs.
    [[nodiscard]] bool accepts_ipv6_acls() const noexcept;
    /// Even a write that cannot be decoded uses up a zxid.
    [[nodiscard]] bool counts_undecodable_writes() const noexcept;
    /// delete looks for the node before it looks at the ACL of its parent.
    [[nodiscard]] bool deletes_node_first() const noexcept;
    /// What a standalone server answers to reconfig.
    [[nodiscard]] std::int32_t reconfig_refusal() const noexcept;
    /// The last byte of the handshake's answer, which ClickHouse Keeper leaves out.
    [[nodiscard]] bool says_read_only() const noexcept { return !keeper; }
    /// A known session continues; ClickHouse Keeper makes a new one instead.
    [[nodiscard]] bool resumes_sessions() const noexcept { return !keeper; }
    /// close_session is answered before the connection is closed.
    [[nodiscard]] bool answers_close() const noexcept { return !keeper; }
    /// What follows "Zookeeper version: " (or Keeper's own) in srvr.
    [[nodiscard]] std::string version() const;
};

}  // namespace kazoo::server
