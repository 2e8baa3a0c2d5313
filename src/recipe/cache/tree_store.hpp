// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "recipe/cache/slot_list.hpp"

#include <kazoo/stat.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace kazoo::detail::recipe {

/// One node of a TreeStore. 112 bytes, beside its text and its place in the list of its parent.
struct TreeNode {
    /// Of the last read, except that cversion, pzxid and num_children are those of a state that the
    /// list of children is known to contain.
    ZnodeStat stat;
    std::unique_ptr<char[]> text;                   // the name, then the data
    std::unique_ptr<std::vector<SlotId>> children;  // sorted by name; null: none
    SlotId parent = no_slot;                        // no_slot: the root, or a free slot
    std::uint32_t serial = 0;  // changes when the slot is used for another node
    std::uint32_t name_size = 0;
    std::uint32_t data_size = 0;

    std::uint8_t needs = 0;      // the reads (ReadKind) that are to be made
    std::uint16_t holders = 0;   // the queues of changes that keep a removed node
    bool known : 1 = false;      // it has been read; else it is a name that may not exist
    bool pending : 1 = false;    // it belongs to the load or resync in progress
    bool reading : 1 = false;    // a read is under way
    bool listing : 1 = false;    // the read under way lists the children
    bool listed : 1 = false;     // its children have been listed
    bool alone : 1 = false;      // it is read in a request of its own
    bool by_events : 1 = false;  // stat.pzxid comes from an event
    bool null_data : 1 = false;

    [[nodiscard]] std::string_view name() const noexcept { return {text.get(), name_size}; }
    [[nodiscard]] std::string_view data() const noexcept {
        return {text.get() + name_size, data_size};
    }
};

/// A tree of nodes that stores each name once. Nodes are addressed by slots, which stay valid until
/// they are freed. Not synchronised.
class TreeStore {
public:
    /// `root_path`: in normal form.
    explicit TreeStore(std::string root_path);

    [[nodiscard]] TreeNode& at(SlotId slot) noexcept { return nodes_[slot]; }
    [[nodiscard]] const TreeNode& at(SlotId slot) const noexcept { return nodes_[slot]; }
    [[nodiscard]] SlotId root() const noexcept { return root_; }
    [[nodiscard]] const std::string& root_path() const noexcept { return root_path_; }
    /// Returns the number of slots, free ones included.
    [[nodiscard]] std::size_t slots() const noexcept { return nodes_.size(); }
    /// Returns the number of slots in use.
    [[nodiscard]] std::size_t used() const noexcept { return nodes_.size() - free_.size(); }
    /// Returns the memory of the nodes in use, in bytes; overheads of the allocator not included.
    [[nodiscard]] std::size_t bytes() const noexcept {
        return used() * (sizeof(TreeNode) + sizeof(SlotId)) + text_bytes_;
    }

    /// Returns a node that is not part of the tree yet. Throws std::bad_alloc.
    [[nodiscard]] SlotId make(SlotId parent, std::string_view name);
    /// Adds a node that `make` has returned to the children of its parent. Throws std::bad_alloc.
    void add_to_parent(SlotId slot);
    /// Takes a node out of the children of its parent.
    void remove_from_parent(SlotId slot) noexcept;
    /// Puts `slot`, with the same name and parent, in the place of `old`. Also for roots.
    void replace(SlotId old, SlotId slot) noexcept;
    /// Frees a slot that is not part of the tree and has no children.
    void free(SlotId slot) noexcept;

    /// Replaces the data of a node; its name stays. Throws std::bad_alloc, and has then changed
    /// nothing.
    void set_data(SlotId slot, std::string_view data);

    /// Returns the child with this name; no_slot if there is none.
    [[nodiscard]] SlotId child(SlotId parent, std::string_view name) const noexcept;
    /// Returns the last child; no_slot if there is none.
    [[nodiscard]] SlotId last_child(SlotId slot) const noexcept;
    /// Returns the node behind `slot`, parents before their children; no_slot if it is the last.
    /// Takes time in proportion to the depth, and to the logarithm of the number of siblings.
    [[nodiscard]] SlotId following(SlotId slot) const noexcept;
    /// Returns whether `slot` is still the node that had this serial number.
    [[nodiscard]] bool is(SlotId slot, std::uint32_t serial) const noexcept {
        return nodes_[slot].serial == serial;
    }
    /// Returns the path of a node, whose ancestors must not have been freed. Throws std::bad_alloc.
    [[nodiscard]] std::string path(SlotId slot) const;
    /// Returns how many ancestors a node has.
    [[nodiscard]] std::size_t depth(SlotId slot) const noexcept;

    /// Where a path is in the tree.
    struct Place {
        SlotId node = no_slot;    ///< no_slot: there is no such node
        SlotId parent = no_slot;  ///< no_slot: there is no such node, or the path is the root's
        std::string_view name;    ///< of the node, in the parent
    };
    /// Looks up a path. The root's path has a node and no parent; a path outside of the root has
    /// neither.
    [[nodiscard]] Place find(std::string_view path) const noexcept;
    /// Returns whether a path is that of the root or of a descendant of it.
    [[nodiscard]] bool covers(std::string_view path) const noexcept;

private:
    [[nodiscard]] std::vector<SlotId>::iterator lower_bound(
        std::vector<SlotId>& children, std::string_view name
    ) const noexcept;

    const std::string root_path_;
    std::deque<TreeNode> nodes_;
    std::vector<SlotId> free_;  // has room for all slots, so that `free` does not throw
    SlotId root_ = no_slot;
    std::uint32_t last_serial_ = 0;
    std::size_t text_bytes_ = 0;
};

}  // namespace kazoo::detail::recipe
