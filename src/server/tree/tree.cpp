#include "server/tree/tree.hpp"

#include "server/tree/node_index.hpp"
#include "server/tree/quota.hpp"
#include "server/tree/undo.hpp"

#include <kazoo/paths.hpp>

#include <utility>

namespace kazoo::server {

namespace {

std::int32_t wrapping_next(std::int32_t version) noexcept {
    return static_cast<std::int32_t>(static_cast<std::uint32_t>(version) + 1U);
}

/// What a node adds to approximate_data_size(), as in Apache's server.
std::int64_t size_of(const Node& node) noexcept {
    return static_cast<std::int64_t>(node.path.size() + node.data_size());
}

/// Checks only what the structure of the tree needs; see path_rules.hpp for valid paths.
bool can_be_child(std::string_view path) noexcept {
    return path.size() > 1 && path.front() == '/' && path.back() != '/';
}

}  // namespace

struct Tree::Impl {
    NodeIndex index;
    AclTable acls;
    Quotas quotas;
    std::vector<Undo> log;       // changes since begin() or of the current effect, oldest first
    bool recording = false;      // between begin() and commit() or rollback()
    std::int64_t data_size = 0;  // sum of size_of() over all nodes

    Impl() = default;
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;
    ~Impl() { commit(); }

    void add_system_node(std::string_view path, const AclList& acl, std::int32_t aversion);
    Node* add(std::unique_ptr<Node> node, const AclList& acl, Node* parent);
    void set_data(Node& node, std::optional<std::string> data);
    void charge(std::string_view path, std::int64_t nodes, std::int64_t bytes);

    bool apply(const CreateEffect& effect, std::int64_t zxid, std::int64_t wall_ms);
    bool apply(const DeleteEffect& effect, std::int64_t zxid, std::int64_t wall_ms);
    bool apply(const SetDataEffect& effect, std::int64_t zxid, std::int64_t wall_ms);
    bool apply(const SetAclEffect& effect, std::int64_t zxid, std::int64_t wall_ms);

    // Each change makes room in the log before it changes anything, and is in the log afterwards.
    // So an exception between changes can be answered with roll_back_to().

    void reserve_undo();
    void commit() noexcept;
    void roll_back_to(std::size_t size) noexcept;
    void release_undo(Undo& undo) noexcept;
    void restore(UndoCreate& undo) noexcept;
    void restore(UndoDelete& undo) noexcept;
    void restore(UndoSetData& undo) noexcept;
    void restore(UndoSetAcl& undo) noexcept;
};

/// System nodes exist from the start: their creation does not count in the parent's Stat.
void Tree::Impl::add_system_node(std::string_view path, const AclList& acl, std::int32_t aversion) {
    auto node = std::make_unique<Node>();
    node->path = path;
    node->data.emplace();
    node->aversion = aversion;
    add(std::move(node), acl, path.size() > 1 ? index.find(parent_path(path)) : nullptr);
}

/// Adds a node below its parent. If this throws, nothing has changed.
Node* Tree::Impl::add(std::unique_ptr<Node> node, const AclList& acl, Node* parent) {
    if (parent != nullptr) {
        parent->reserve_child();
    }
    node->acl = acls.acquire(acl);
    Node* const added = node.get();
    try {
        quotas.on_node_added(added->path);
        index.add(node);
    } catch (...) {
        quotas.on_node_removed(added->path);
        acls.release(added->acl);
        throw;
    }
    data_size += size_of(*added);
    if (parent != nullptr) {
        added->attach_to(*parent);
    }
    return added;
}

/// Changes only the data; the caller updates the Stat. The undo entry has both.
void Tree::Impl::set_data(Node& node, std::optional<std::string> data) {
    reserve_undo();
    data_size -= size_of(node);
    log.emplace_back(UndoSetData{
        &node, std::move(node.data), node.mzxid, node.mtime_ms, node.version});
    node.data = std::move(data);
    data_size += size_of(node);
}

/// Adds to the usage in the zookeeper_stats node of the closest quota, if any. As in Apache's
/// server, neither its version nor its mzxid change, and no watch fires.
void Tree::Impl::charge(std::string_view path, std::int64_t nodes, std::int64_t bytes) {
    const auto subtree = quotas.subtree_of(path);
    if (!subtree) return;
    Node* const counted = index.find(Quotas::usage_path(*subtree));
    if (counted == nullptr) return;
    Usage usage = Usage::parse(counted->data.value_or(""));
    usage.add(nodes, bytes);
    set_data(*counted, usage.print());
}

bool Tree::Impl::apply(const CreateEffect& effect, std::int64_t zxid, std::int64_t wall_ms) {
    if (!can_be_child(effect.path) || index.find(effect.path) != nullptr) return false;
    Node* const parent = index.find(parent_path(effect.path));
    if (parent == nullptr) return false;

    auto created = std::make_unique<Node>();
    created->path = effect.path;
    created->data = effect.data;
    created->czxid = created->mzxid = created->pzxid = zxid;
    created->ctime_ms = created->mtime_ms = wall_ms;
    created->kind = effect.kind;
    if (effect.kind == NodeKind::ephemeral) created->owner_or_ttl = effect.owner;
    if (effect.kind == NodeKind::ttl) created->owner_or_ttl = effect.ttl_ms;
    reserve_undo();
    Node* const replaced = index.find_hidden(effect.path);
    Node* const node = add(std::move(created), effect.acl, parent);
    log.emplace_back(UndoCreate{node, replaced, parent->pzxid, parent->created_children});
    parent->count_created_child(zxid);

    // A new stats node starts with the current usage of its subtree, whatever data was requested.
    if (const auto counted = Quotas::counted_by(node->path)) {
        const Node* const top = index.find(*counted);
        set_data(*node, (top == nullptr ? Usage() : Usage::of(*top)).print());
    }
    charge(effect.path, 1, static_cast<std::int64_t>(node->data_size()));
    return true;
}

bool Tree::Impl::apply(const DeleteEffect& effect, std::int64_t zxid, std::int64_t) {
    Node* const node = index.find(effect.path);
    if (node == nullptr || node->parent == nullptr || !node->children.empty()) return false;

    Node* const parent = node->parent;
    const auto bytes = static_cast<std::int64_t>(node->data_size());
    reserve_undo();
    node->detach();
    data_size -= size_of(*node);
    log.emplace_back(UndoDelete{index.hide(node), quotas.on_node_removed(node->path), parent->pzxid}
    );
    if (zxid > parent->pzxid) parent->pzxid = zxid;
    charge(effect.path, -1, -bytes);
    return true;
}

bool Tree::Impl::apply(const SetDataEffect& effect, std::int64_t zxid, std::int64_t wall_ms) {
    Node* const node = index.find(effect.path);
    if (node == nullptr) return false;

    const auto bytes_before = static_cast<std::int64_t>(node->data_size());
    set_data(*node, effect.data);
    node->version = wrapping_next(node->version);
    node->mzxid = zxid;
    node->mtime_ms = wall_ms;
    charge(node->path, 0, static_cast<std::int64_t>(node->data_size()) - bytes_before);
    return true;
}

bool Tree::Impl::apply(const SetAclEffect& effect, std::int64_t, std::int64_t) {
    Node* const node = index.find(effect.path);
    if (node == nullptr) return false;

    reserve_undo();
    const AclTable::Number number = acls.acquire(effect.acl);
    log.emplace_back(UndoSetAcl{node, node->acl, node->aversion});
    node->acl = number;
    node->aversion = wrapping_next(node->aversion);
    return true;
}

void Tree::Impl::reserve_undo() {
    if (log.size() == log.capacity()) {
        log.reserve(2 * log.size() + 4);
    }
}

void Tree::Impl::commit() noexcept {
    for (Undo& undo : log) {
        release_undo(undo);
    }
    log.clear();
    recording = false;
}

void Tree::Impl::roll_back_to(std::size_t size) noexcept {
    while (log.size() > size) {
        std::visit([&](auto& one) { restore(one); }, log.back());
        log.pop_back();
    }
}

/// Releases what an undo entry holds, when the change becomes final.
void Tree::Impl::release_undo(Undo& undo) noexcept {
    if (const auto* const deleted = std::get_if<UndoDelete>(&undo)) {
        deleted->node->parent->trim_children();
        index.forget_hidden(deleted->node.get());
        acls.release(deleted->node->acl);
    } else if (const auto* const set_acl = std::get_if<UndoSetAcl>(&undo)) {
        acls.release(set_acl->acl);
    }
}

void Tree::Impl::restore(UndoCreate& undo) noexcept {
    Node* const parent = undo.node->parent;
    undo.node->detach();
    data_size -= size_of(*undo.node);
    quotas.on_node_removed(undo.node->path);
    const std::unique_ptr<Node> gone = index.remove(undo.node, undo.replaced);
    acls.release(gone->acl);
    parent->pzxid = undo.parent_pzxid;
    parent->created_children = undo.parent_created_children;
}

void Tree::Impl::restore(UndoDelete& undo) noexcept {
    Node* const node = index.unhide(std::move(undo.node));
    data_size += size_of(*node);
    quotas.restore(std::move(undo.quota));
    node->reattach();
    node->parent->pzxid = undo.parent_pzxid;
}

void Tree::Impl::restore(UndoSetData& undo) noexcept {
    data_size -= size_of(*undo.node);
    undo.node->data = std::move(undo.data);
    data_size += size_of(*undo.node);
    undo.node->mzxid = undo.mzxid;
    undo.node->mtime_ms = undo.mtime_ms;
    undo.node->version = undo.version;
}

void Tree::Impl::restore(UndoSetAcl& undo) noexcept {
    acls.release(undo.node->acl);
    undo.node->acl = undo.acl;
    undo.node->aversion = undo.aversion;
}

Tree::Tree() : impl_(std::make_unique<Impl>()) {
    impl_->add_system_node("/", open_acl_unsafe(), 0);
    impl_->add_system_node("/zookeeper", open_acl_unsafe(), 0);
    impl_->add_system_node("/zookeeper/quota", open_acl_unsafe(), 0);
    impl_->add_system_node("/zookeeper/config", read_acl_unsafe(), -1);
}

Tree::~Tree() = default;
Tree::Tree(Tree&&) noexcept = default;
Tree& Tree::operator=(Tree&&) noexcept = default;

const Node* Tree::find(std::string_view path) const noexcept {
    return impl_->index.find(path);
}

const AclList& Tree::acl(const Node& node) const {
    return *impl_->acls.list(node.acl);
}

std::shared_ptr<const AclList> Tree::shared_acl(const Node& node) const {
    return impl_->acls.list(node.acl);
}

ZnodeStat Tree::stat(const Node& node) const {
    return node.stat();
}

std::vector<std::string_view> Tree::children(const Node& node) const {
    std::vector<std::string_view> names;
    names.reserve(node.children.size());
    for (const Node* child : node.children) {
        names.push_back(child->name());
    }
    return names;
}

std::int32_t Tree::count_descendants(const Node& node) const {
    std::int32_t count = 0;
    for (const Node* at = next_below(node, &node); at != nullptr; at = next_below(node, at)) {
        ++count;
    }
    return count;
}

std::vector<std::string> Tree::ephemerals(std::int64_t session) const {
    return impl_->index.ephemerals(session);
}

std::size_t Tree::ephemeral_count() const noexcept {
    return impl_->index.ephemeral_count();
}

std::vector<std::int64_t> Tree::ephemeral_owners() const {
    return impl_->index.ephemeral_owners();
}

std::vector<std::string> Tree::expired_nodes(std::int64_t wall_ms) const {
    return impl_->index.due_for_removal(wall_ms);
}

std::size_t Tree::node_count() const noexcept {
    // Apache's server has the root twice, as "" and as "/", and counts both.
    return impl_->index.size() + 1;
}

std::int64_t Tree::approximate_data_size() const noexcept {
    return impl_->data_size;
}

std::size_t Tree::footprint() const noexcept {
    constexpr std::size_t bytes_beside_data = sizeof(Node) + 64;
    return static_cast<std::size_t>(impl_->data_size) + impl_->index.size() * bytes_beside_data;
}

bool Tree::within_quota(std::string_view path, std::int64_t nodes, std::int64_t data_bytes) const {
    const auto subtree = impl_->quotas.subtree_of(path);
    if (!subtree) {
        return true;
    }
    const Node* const limits = find(Quotas::limits_path(*subtree));
    const Node* const used = find(Quotas::usage_path(*subtree));
    if (limits == nullptr || used == nullptr) {
        return true;
    }
    Usage more;
    more.add(nodes, data_bytes);
    return HardLimits::parse(limits->data.value_or(""))
        .allow(Usage::parse(used->data.value_or("")), more);
}

bool Tree::apply(const Effect& effect, std::int64_t zxid, std::int64_t wall_ms) {
    const std::size_t before = impl_->log.size();
    try {
        const bool applied =
            std::visit([&](const auto& one) { return impl_->apply(one, zxid, wall_ms); }, effect);
        if (!impl_->recording) {
            impl_->commit();
        }
        return applied;
    } catch (...) {
        impl_->roll_back_to(before);
        throw;
    }
}

void Tree::begin() noexcept {
    impl_->commit();
    impl_->recording = true;
}

void Tree::commit() noexcept {
    impl_->commit();
}

void Tree::rollback() noexcept {
    impl_->roll_back_to(0);
    impl_->recording = false;
}

}  // namespace kazoo::server
