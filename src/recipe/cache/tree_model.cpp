// SPDX-License-Identifier: Apache-2.0
// What a TreeModel reads, and the readers of its changes. What it does with replies and events is
// in tree_changes.cpp.
#include "recipe/cache/tree_model.hpp"

#include <algorithm>
#include <cassert>
#include <limits>
#include <new>
#include <utility>

namespace kazoo::detail::recipe {
namespace {

constexpr std::size_t most_reads = 100;                      // of a batch
constexpr std::size_t most_bytes = std::size_t{256} * 1024;  // that the replies of a batch may have
constexpr std::size_t most_skipped = 400;                    // nodes that do not fit into the batch
constexpr std::size_t bytes_of_stat = 100;
constexpr std::size_t bytes_of_name = 24;    // expected
constexpr std::size_t bytes_of_data = 1024;  // expected before anything was read,
constexpr std::size_t assumed_reads = 16;    // and with the weight of so many reads

constexpr SlotList::Mark waiting = 1;

}  // namespace

TreeModel::TreeModel(std::string root_path, const TreeRules& rules)
    : rules_(rules), store_(std::move(root_path)) {
    work_.reserve(store_.slots());
}

void TreeModel::watch_set(Watching watching) noexcept {
    watching_ = watching;
    watched_ = true;
    compare(watching == Watching::by_node);
}

/// Plans to compare all nodes with the server, parents before children. `lists`: the children are
/// listed in any case, because that sets watches.
void TreeModel::compare(bool lists) noexcept {
    settled_ = false;
    work_.clear();
    for (auto slot = store_.root(); slot != no_slot; slot = store_.following(slot)) {
        const auto& node = store_.at(slot);
        if (!node.known) {
            need(slot, read_kind::data, true);
            continue;
        }
        need(slot, read_kind::look, true);
        if (lists && node.listed) {
            need_children(slot, true);
        }
    }
}

void TreeModel::need(SlotId slot, std::uint8_t kinds, bool pending) noexcept {
    auto& node = store_.at(slot);
    if (rules_.names_only && (kinds & read_kind::data) != 0) {
        kinds = static_cast<std::uint8_t>((kinds & ~read_kind::data) | read_kind::look);
    }
    node.needs |= kinds;
    if (pending && node.needs != 0) {
        set_pending(node, true);
    }
    if (!node.reading && node.needs != 0 && work_.mark(slot) == 0) {
        work_.push_back(slot, waiting);
    }
}

/// The same for the list of children, if they are within the depth.
void TreeModel::need_children(SlotId slot, bool pending) noexcept {
    if (store_.depth(slot) < rules_.max_depth) {
        need(slot, read_kind::list, pending);
    }
}

void TreeModel::set_pending(TreeNode& node, bool pending) noexcept {
    if (node.pending != pending) {
        node.pending = pending;
        pending_ += pending ? 1 : std::size_t(-1);
    }
}

TreeBatch TreeModel::next_batch() {
    TreeBatch batch;
    if (work_.empty()) {
        return batch;
    }
    const auto read_of = [this](SlotId slot, bool looks) {
        TreeRead read;
        const auto& node = store_.at(slot);
        read.node = slot;
        read.serial = node.serial;
        read.kinds =
            looks ? node.needs & read_kind::look : node.needs & (read_kind::data | read_kind::list);
        return read;
    };
    const bool looks = (store_.at(work_.front()).needs & read_kind::look) != 0;
    const auto expected_data =
        (bytes_read_ + assumed_reads * bytes_of_data) / (data_read_ + assumed_reads);
    std::size_t reads = 0;
    std::size_t bytes = 0;
    std::size_t skipped = 0;
    for (auto slot = work_.front(); slot != no_slot && skipped < most_skipped;
         slot = work_.next(slot)) {
        const auto& node = store_.at(slot);
        if (((node.needs & read_kind::look) != 0) != looks || (node.alone && !batch.empty())) {
            ++skipped;
            continue;
        }
        auto read = read_of(slot, looks);
        const auto known_data = static_cast<std::size_t>(std::max(node.stat.data_length, 0));
        const auto known_names = static_cast<std::size_t>(std::max(node.stat.num_children, 0));
        const auto has = [&read](std::uint8_t kind) { return (read.kinds & kind) != 0 ? 1U : 0U; };
        reads += has(read_kind::look) + has(read_kind::data) + has(read_kind::list);
        bytes += bytes_of_stat + has(read_kind::data) * (node.known ? known_data : expected_data) +
                 has(read_kind::list) * known_names * bytes_of_name;
        if (!batch.empty() && (reads > most_reads || bytes > most_bytes)) {
            break;
        }
        read.path = store_.path(slot);
        batch.push_back(std::move(read));
        if (node.alone) {
            break;
        }
    }
    for (const auto& read : batch) {
        auto& node = store_.at(read.node);
        work_.erase(read.node);
        node.needs = static_cast<std::uint8_t>(node.needs & ~read.kinds);
        node.reading = true;
        node.listing = (read.kinds & read_kind::list) != 0;
    }
    return batch;
}

void TreeModel::failed(const TreeRead& read, bool alone) noexcept {
    if (!store_.is(read.node, read.serial)) {
        return;
    }
    auto& node = store_.at(read.node);
    node.needs |= read.kinds;
    node.alone = node.alone || alone;
    node.reading = false;
    node.listing = false;
    if (work_.mark(read.node) == 0) {
        work_.push_front(read.node, waiting);
    }
}

void TreeModel::refused(const TreeRead& read) noexcept {
    if (store_.is(read.node, read.serial)) {
        set_pending(store_.at(read.node), false);
        end_read(read.node, read.serial);
        settle();
    }
}

void TreeModel::end_read(SlotId slot, std::uint32_t serial) noexcept {
    if (!store_.is(slot, serial)) {
        return;
    }
    auto& node = store_.at(slot);
    node.reading = false;
    node.listing = false;
    if (node.needs != 0 && work_.mark(slot) == 0) {
        work_.push_back(slot, waiting);
    }
}

/// Reports the end of a load or comparison.
void TreeModel::settle() noexcept {
    if (pending_ == 0 && watched_ && !settled_) {
        settled_ = true;
        note(std::exchange(initialized_, true) ? Note::resynced : Note::initialized);
    }
}

void TreeModel::add_queue(ChangeQueue& queue, bool from_beginning) {
    if (queues_.size() >= std::numeric_limits<std::uint16_t>::max()) {
        throw std::bad_alloc();  // TreeNode::holders counts no more
    }
    queue.reserve(store_.slots());
    queues_.push_back(&queue);
    if (!from_beginning) {
        return;
    }
    for (auto slot = first(); slot != no_slot; slot = following(slot)) {
        queue.added(slot);
    }
    if (initialized_) {
        queue.note(Note::initialized);
    }
}

void TreeModel::remove_queue(ChangeQueue& queue) noexcept {
    const auto place = std::find(queues_.begin(), queues_.end(), &queue);
    if (place == queues_.end()) {
        return;
    }
    queues_.erase(place);
    while (!queue.empty()) {
        pop(queue);
    }
}

void TreeModel::pop(ChangeQueue& queue) noexcept {
    const auto change = queue.front();
    queue.pop();
    if (change->kind == ChangeQueue::Kind::removed) {
        if (--store_.at(change->node).holders == 0) {
            store_.free(change->node);
        }
    }
}

void TreeModel::note(Note note) noexcept {
    for (auto* const queue : queues_) {
        queue->note(note);
    }
}

SlotId TreeModel::find(std::string_view path) const noexcept {
    const auto slot = store_.find(path).node;
    return slot != no_slot && store_.at(slot).known ? slot : no_slot;
}

NodeData TreeModel::node(SlotId slot) const {
    const auto& node = store_.at(slot);
    NodeData made;
    made.data = node.data();
    made.stat = node.stat;
    made.null_data = node.null_data;
    return made;
}

std::vector<std::string> TreeModel::children(SlotId slot) const {
    std::vector<std::string> names;
    if (const auto& children = store_.at(slot).children) {
        names.reserve(children->size());
        for (const auto child : *children) {
            if (store_.at(child).known) {
                names.emplace_back(store_.at(child).name());
            }
        }
    }
    return names;
}

SlotId TreeModel::first() const noexcept {
    return store_.at(store_.root()).known ? store_.root() : no_slot;
}

SlotId TreeModel::following(SlotId slot) const noexcept {
    do {
        slot = store_.following(slot);
    } while (slot != no_slot && !store_.at(slot).known);
    return slot;
}

std::size_t TreeModel::bytes() const noexcept {
    auto bytes = store_.bytes() + work_.bytes();
    for (const auto* const queue : queues_) {
        bytes += queue->bytes();
    }
    return bytes;
}

}  // namespace kazoo::detail::recipe
