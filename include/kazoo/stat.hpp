// SPDX-License-Identifier: Apache-2.0
/// The metadata of a node: ZooKeeper's Stat record.
#pragma once

#include <kazoo/detail/chrono.hpp>
#include <kazoo/detail/export.hpp>

#include <cstdint>
#include <iosfwd>
#include <optional>

KAZOO_API_BEGIN
namespace kazoo {

/// The metadata of a node: the fields of ZooKeeper's Stat record, and kazoo's more readable names
/// for them as member functions. A trivially copyable value; supports aggregate initialisation.
///
/// A zxid is a transaction id; zxids increase with every transaction of the whole ensemble. A
/// version counts the changes of one node and starts at 0 when the node is created. Equal versions
/// therefore do not prove that a node is still the same one, because it may have been deleted and
/// created again; compare `czxid` for that.
struct ZnodeStat {
    /// Zxid of the transaction that created the node.
    std::int64_t czxid = 0;
    /// Zxid of the last change of the data.
    std::int64_t mzxid = 0;
    /// Time of creation: milliseconds since the Unix epoch, from the leader's clock.
    std::int64_t ctime = 0;
    /// Time of the last change of the data: milliseconds since the Unix epoch, from the leader's
    /// clock.
    std::int64_t mtime = 0;
    /// Number of changes of the data. The version that `set` and `delete` compare with.
    std::int32_t version = 0;
    /// Number of changes of the list of children.
    std::int32_t cversion = 0;
    /// Number of changes of the ACL. The version that `set_acls` compares with.
    std::int32_t aversion = 0;
    /// Id of the session that owns the node if it is ephemeral, else 0. Apache ZooKeeper shows 0
    /// for container and TTL nodes as well; ClickHouse Keeper shows 0x8000000000000000 for a
    /// container.
    std::int64_t ephemeral_owner = 0;
    /// Size of the data in bytes.
    std::int32_t data_length = 0;
    /// Number of direct children.
    std::int32_t num_children = 0;
    /// Zxid of the last change of the list of children.
    std::int64_t pzxid = 0;

    /// Returns `aversion`.
    std::int32_t acl_version() const noexcept { return aversion; }
    /// Returns `cversion`.
    std::int32_t children_version() const noexcept { return cversion; }
    /// Returns `num_children`.
    std::int32_t children_count() const noexcept { return num_children; }
    /// Returns `czxid`.
    std::int64_t creation_transaction_id() const noexcept { return czxid; }
    /// Returns `mzxid`.
    std::int64_t last_modified_transaction_id() const noexcept { return mzxid; }

    /// Returns `ctime` as a time point of the system clock; a value outside the clock's range is
    /// clamped to it.
    std::chrono::system_clock::time_point created() const noexcept { return to_time(ctime); }
    /// Returns `mtime` as a time point of the system clock, clamped likewise.
    std::chrono::system_clock::time_point last_modified() const noexcept { return to_time(mtime); }

    /// Returns `ephemeral_owner`, or std::nullopt if it is 0.
    std::optional<std::int64_t> owner_session_id() const noexcept {
        if (ephemeral_owner == 0) {
            return std::nullopt;
        }
        return ephemeral_owner;
    }

    /// Compares all fields.
    friend bool operator==(const ZnodeStat&, const ZnodeStat&) = default;

private:
    // The value comes from the network: it is clamped, because the conversion would overflow.
    static std::chrono::system_clock::time_point to_time(std::int64_t milliseconds) noexcept {
        using std::chrono::system_clock;
        using Milliseconds = std::chrono::duration<std::int64_t, std::milli>;
        constexpr auto earliest =
            std::chrono::ceil<Milliseconds>(system_clock::time_point::min().time_since_epoch());
        constexpr auto latest =
            std::chrono::floor<Milliseconds>(system_clock::time_point::max().time_since_epoch());
        Milliseconds since_epoch(milliseconds);
        since_epoch = since_epoch < earliest ? earliest : since_epoch;
        since_epoch = since_epoch > latest ? latest : since_epoch;
        return system_clock::time_point(
            std::chrono::duration_cast<system_clock::duration>(since_epoch)
        );
    }
};

/// Writes all fields as `ZnodeStat(czxid=1, mzxid=2, ...)`.
std::ostream& operator<<(std::ostream& out, const ZnodeStat& stat);

}  // namespace kazoo
KAZOO_API_END
