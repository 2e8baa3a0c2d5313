/// What ZooKeeper knows about a node besides its data.
#pragma once

#include <kazoo/detail/export.hpp>

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <optional>

KAZOO_API_BEGIN
namespace kazoo {

/// The metadata of a znode: ZooKeeper's Stat record, with kazoo's readable names as members.
///
/// A plain value of trivial fields: it may be aggregate-initialised, compared, copied and kept.
/// Zxids (transaction ids) are ordered over the whole ensemble; versions count changes of one node
/// and start at 0; both may be compared, but an equal version after a delete and a create does not
/// mean the same node: compare `czxid` for that.
struct ZnodeStat {
    /// Zxid of the transaction that created the node.
    std::int64_t czxid = 0;
    /// Zxid of the last change of the data.
    std::int64_t mzxid = 0;
    /// When the node was created: milliseconds since the Unix epoch, by the leader's clock.
    std::int64_t ctime = 0;
    /// When the data was last changed: milliseconds since the Unix epoch, by the leader's clock.
    std::int64_t mtime = 0;
    /// Number of changes of the data. What `set` and `delete` compare with.
    std::int32_t version = 0;
    /// Number of changes of the list of children.
    std::int32_t cversion = 0;
    /// Number of changes of the ACL. What `set_acls` compares with.
    std::int32_t aversion = 0;
    /// The session that owns the node if it is ephemeral, else 0: Apache ZooKeeper shows 0 for
    /// container and TTL nodes as well. (ClickHouse Keeper: 0x8000000000000000 for a container.)
    std::int64_t ephemeral_owner = 0;
    /// Bytes of data.
    std::int32_t data_length = 0;
    /// Number of direct children.
    std::int32_t num_children = 0;
    /// Zxid of the last change of the list of children.
    std::int64_t pzxid = 0;

    /// Same as `aversion`.
    std::int32_t acl_version() const noexcept { return aversion; }
    /// Same as `cversion`.
    std::int32_t children_version() const noexcept { return cversion; }
    /// Same as `num_children`.
    std::int32_t children_count() const noexcept { return num_children; }
    /// Same as `czxid`.
    std::int64_t creation_transaction_id() const noexcept { return czxid; }
    /// Same as `mzxid`.
    std::int64_t last_modified_transaction_id() const noexcept { return mzxid; }

    /// `ctime` as a point in time.
    std::chrono::system_clock::time_point created() const noexcept { return to_time(ctime); }
    /// `mtime` as a point in time.
    std::chrono::system_clock::time_point last_modified() const noexcept { return to_time(mtime); }

    /// `ephemeral_owner`, or nothing when it is 0.
    std::optional<std::int64_t> owner_session_id() const noexcept {
        if (ephemeral_owner == 0) {
            return std::nullopt;
        }
        return ephemeral_owner;
    }

    friend bool operator==(const ZnodeStat&, const ZnodeStat&) = default;

private:
    /// Out-of-range times, which no honest server sends, are clamped to what the clock can hold.
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
