// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "recipe/cache/change_queue.hpp"
#include "recipe/cache/slot_list.hpp"
#include "recipe/cache/tree_store.hpp"

#include <kazoo/node.hpp>
#include <kazoo/state.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kazoo::detail::recipe {

/// What is read of a node; a set of bits.
namespace read_kind {
inline constexpr std::uint8_t look = 1;  ///< its stat
inline constexpr std::uint8_t data = 2;  ///< its data and stat
inline constexpr std::uint8_t list = 4;  ///< the names of its children
}  // namespace read_kind

/// How changes of the tree become known.
enum class Watching { recursively, by_node };

/// The limits of a tree, and what is kept of it.
struct TreeRules {
    std::size_t max_nodes = 1;  ///< at least 1
    std::size_t max_bytes = 0;
    std::size_t max_depth = 0;
    bool names_only = false;
};

/// One read that is to be made.
class TreeRead {
public:
    SlotId node = no_slot;
    std::uint32_t serial = 0;
    std::uint8_t kinds = 0;
    std::string path;
};

/// Reads that are to be made together: either looks alone, or no looks.
using TreeBatch = std::vector<TreeRead>;

/// What a read has found.
class TreeReply {
public:
    bool absent = false;           ///< the node does not exist
    std::optional<NodeData> node;  ///< for read_kind::data, and for look without data
    std::optional<std::vector<std::string>> names;  ///< those to be kept, sorted
    std::optional<ZnodeStat> list_stat;             ///< if it was read together with the names
};

/// A copy of a subtree, and what is to be read to keep it up to date: without I/O, threads and
/// clocks.
///
/// Replies and events may be applied in any order in which they can arrive. The rules:
///
/// - An event is a reason to read, and nothing else, unless it has a zxid. With one, it is ignored
///   if the node is newer, and a deletion is applied at once.
/// - A reply that is older than what is known is dropped: by czxid, then by mzxid. A node with
///   another czxid is another node: the former one was removed, with everything below it.
/// - A child that is missing in a list is removed if it was created before the state that the list
///   shows. Otherwise it is read: only a read proves that it does not exist.
/// - One read of a node is under way at a time. What makes another one necessary meanwhile is noted
///   and done afterwards.
///
/// Changes are put into the queues of the readers: additions parents first, removals children
/// first. Functions that may throw std::bad_alloc, or ConfigurationError if a limit is exceeded,
/// leave a consistent state: call failed() for a read and resync() after an event. Not
/// synchronised.
class TreeModel {
public:
    TreeModel(std::string root_path, const TreeRules& rules);
    TreeModel(const TreeModel&) = delete;
    TreeModel& operator=(const TreeModel&) = delete;

    // The watch.

    /// The watch is set: in a new session, for the first time or again. Everything that is known
    /// is compared with the server.
    void watch_set(Watching watching) noexcept;
    /// Events may have been missed: everything that is known is compared with the server.
    void resync() noexcept { compare(false); }
    /// A watch event. `selected`: the node may be added.
    void event(
        EventType type, std::string_view path, std::optional<std::int64_t> zxid, bool selected
    );

    // Reads.

    /// Returns the next reads; an empty batch if there are none. Throws std::bad_alloc.
    [[nodiscard]] TreeBatch next_batch();
    [[nodiscard]] bool has_work() const noexcept { return !work_.empty(); }
    /// Applies what a read has found. Takes the data out of the reply.
    void apply(const TreeRead& read, TreeReply& reply);
    /// A read has found nothing out, and is to be repeated. `alone`: in a request of its own.
    void failed(const TreeRead& read, bool alone = false) noexcept;
    /// A read was refused for this node; it is not repeated before the next event or comparison.
    void refused(const TreeRead& read) noexcept;

    // Readers. The queues are not owned, and have to be removed before they end.

    /// Adds a reader, who knows the present nodes; with `from_beginning`, who knows none of them.
    /// Throws std::bad_alloc.
    void add_queue(ChangeQueue& queue, bool from_beginning);
    void remove_queue(ChangeQueue& queue) noexcept;
    /// Takes the first change of a queue out of it, and frees a removed node if no other queue
    /// keeps it. What refers to the node has to be copied before.
    void pop(ChangeQueue& queue) noexcept;
    void note(Note note) noexcept;

    // The copy.

    /// Returns whether everything was read at least once.
    [[nodiscard]] bool initialized() const noexcept { return initialized_; }
    /// Returns whether nothing is left of the last load or comparison.
    [[nodiscard]] bool synchronised() const noexcept { return pending_ == 0 && watched_; }
    /// Returns the node with this path; no_slot if there is none.
    [[nodiscard]] SlotId find(std::string_view path) const noexcept;
    /// Returns a copy of a node. Throws std::bad_alloc.
    [[nodiscard]] NodeData node(SlotId slot) const;
    /// Returns the names of the children, sorted. Throws std::bad_alloc.
    [[nodiscard]] std::vector<std::string> children(SlotId slot) const;
    /// Returns the first node, and the one behind `slot`: parents precede children. no_slot: the
    /// end. Takes time in proportion to the depth, and to the logarithm of the siblings.
    [[nodiscard]] SlotId first() const noexcept;
    [[nodiscard]] SlotId following(SlotId slot) const noexcept;
    [[nodiscard]] const TreeStore& store() const noexcept { return store_; }
    /// Returns the number of nodes.
    [[nodiscard]] std::size_t size() const noexcept { return known_; }
    /// Returns the memory of the copy, in bytes; overheads of the allocator not included.
    [[nodiscard]] std::size_t bytes() const noexcept;

private:
    void compare(bool lists) noexcept;
    void need(SlotId slot, std::uint8_t kinds, bool pending = false) noexcept;
    void need_children(SlotId slot, bool pending) noexcept;
    void set_pending(TreeNode& node, bool pending) noexcept;
    void end_read(SlotId slot, std::uint32_t serial) noexcept;
    void settle() noexcept;

    void event_of_node(SlotId slot, EventType type, const std::optional<std::int64_t>& zxid);
    void note_child_event(SlotId parent, const std::optional<std::int64_t>& zxid) noexcept;
    [[nodiscard]] bool same_children(const TreeNode& node, const ZnodeStat& stat) const noexcept;

    void apply_parts(const TreeRead& read, TreeReply& reply, bool pending);
    void found(SlotId slot, const TreeRead& read, const NodeData& found, bool pending);
    void compare_node(SlotId slot, const TreeRead& read, const NodeData& found, bool pending);
    void listed(SlotId slot, const std::vector<std::string>& names, bool pending);
    void merge(SlotId slot, const std::vector<SlotId>& added, std::vector<SlotId> merged) noexcept;
    void check_missing(SlotId slot, const std::vector<std::string>& names) noexcept;
    void absent(SlotId slot, const TreeRead& read, bool pending);

    void check_limits(std::size_t more_nodes, std::size_t more_bytes) const;
    [[nodiscard]] SlotId make(SlotId parent, std::string_view name, bool replaces = false);
    void become_known(SlotId slot, const NodeData& found, bool pending);
    void store_data(SlotId slot, const NodeData& found);
    void create_again(SlotId slot, const NodeData& found, bool pending);
    void remove(SlotId slot);
    void remove_below(SlotId slot) noexcept;
    void retire(SlotId slot) noexcept;

    const TreeRules rules_;
    TreeStore store_;
    SlotList work_;  // the nodes with reads that are to be made and not under way
    std::vector<ChangeQueue*> queues_;
    Watching watching_ = Watching::recursively;
    bool watched_ = false;  // the watch was set at least once
    bool initialized_ = false;
    bool settled_ = true;        // the end of the last load or comparison was reported
    std::size_t known_ = 0;      // nodes that have been read
    std::size_t pending_ = 0;    // nodes that belong to the load or comparison in progress
    std::size_t data_read_ = 0;  // for the expected size of data that have not been read
    std::size_t bytes_read_ = 0;
    std::int64_t last_event_zxid_ = 0;
};

}  // namespace kazoo::detail::recipe
