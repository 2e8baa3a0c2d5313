// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "codec/opcode.hpp"

#include <cstdint>
#include <string>

namespace kazoo::server {

/// The emulated server: the differences between releases that a client can observe.
struct Profile {
    int minor = 9;  ///< of Apache ZooKeeper 3.<minor>.<patch>
    int patch = 5;
    bool keeper = false;  ///< ClickHouse Keeper instead; minor and patch are ignored
    /// Makes an older release filter events by READ permission, as Debian's 3.8.0 does (its fix of
    /// CVE-2024-23944).
    bool filters_events = false;

    /// Whether the release is 3.<other_minor>.<other_patch> or later. Ignores `keeper`.
    [[nodiscard]] bool at_least(int other_minor, int other_patch = 0) const noexcept {
        return minor > other_minor || (minor == other_minor && patch >= other_patch);
    }

    /// Whether clients may use the opcode. If not, Apache's server replies with Unimplemented (-6)
    /// and closes the connection; Keeper closes it without a reply.
    [[nodiscard]] bool supports(codec::Opcode op) const noexcept;
    /// Notifications carry the zxid of their transaction, not -1.
    [[nodiscard]] bool notifies_with_zxid() const noexcept;
    /// The modes of watches on one path coexist; watcher types 4 and 5 exist.
    [[nodiscard]] bool watch_modes_coexist() const noexcept;
    /// The sequence number after 2147483647 is -2147483648. Later releases give it to all further
    /// children.
    [[nodiscard]] bool wraps_sequence_numbers() const noexcept;
    /// Watch events are sent only to connections with READ permission.
    [[nodiscard]] bool checks_read_for_events() const noexcept;
    /// exists requires READ.
    [[nodiscard]] bool checks_read_for_exists() const noexcept;
    /// getACL requires READ or ADMIN, and hides digests without ADMIN.
    [[nodiscard]] bool protects_acls() const noexcept;
    /// create2 in a multi has a create2 result (with a Stat), not a create result.
    [[nodiscard]] bool types_create2_in_multi() const noexcept;
    /// An invalid create flag makes the whole multi malformed instead of failing the operation.
    [[nodiscard]] bool bad_flags_fail_multi() const noexcept;
    /// The greatest valid flag of a create.
    [[nodiscard]] std::int32_t greatest_create_flag() const noexcept;
    /// A node may have an empty ACL, which grants everything.
    [[nodiscard]] bool accepts_empty_acls() const noexcept;
    /// ACLs may contain IPv6 addresses.
    [[nodiscard]] bool accepts_ipv6_acls() const noexcept;
    /// A write that cannot be decoded uses up a zxid.
    [[nodiscard]] bool counts_undecodable_writes() const noexcept;
    /// delete checks that the node exists before it checks the ACL of the parent.
    [[nodiscard]] bool deletes_node_first() const noexcept;
    /// The error with which a standalone server rejects reconfig.
    [[nodiscard]] std::int32_t reconfig_refusal() const noexcept;
    /// ConnectResponse ends with the read-only flag, which ClickHouse Keeper omits.
    [[nodiscard]] bool has_read_only_flag() const noexcept { return !keeper; }
    /// A handshake can resume a session; ClickHouse Keeper always creates a new one.
    [[nodiscard]] bool resumes_sessions() const noexcept { return !keeper; }
    /// close_session is answered before the connection is closed.
    [[nodiscard]] bool replies_to_close_session() const noexcept { return !keeper; }
    /// A client's certificate gives its connection an identity of scheme x509.
    [[nodiscard]] bool identifies_certificates() const noexcept { return !keeper; }
    /// The version in the answers to srvr, envi and mntr.
    [[nodiscard]] std::string version() const;
};

}  // namespace kazoo::server
