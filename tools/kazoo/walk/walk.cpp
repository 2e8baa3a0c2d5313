// SPDX-License-Identifier: Apache-2.0
#include "walk/walk.hpp"

#include "walk/window.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/paths.hpp>

#include <algorithm>
#include <utility>

namespace tool {
namespace {

/// Nodes of the deepest level that are asked for, however many of other levels have been.
constexpr std::size_t least_ahead = 8;

bool contains(std::string_view ancestor, std::string_view path) {
    return ancestor == "/" || path == ancestor ||
           (path.size() > ancestor.size() && path.substr(0, ancestor.size()) == ancestor &&
            path[ancestor.size()] == '/');
}

}  // namespace

int compare_paths(std::string_view a, std::string_view b) noexcept {
    const std::size_t common = std::min(a.size(), b.size());
    for (std::size_t i = 0; i < common; ++i) {
        if (a[i] != b[i]) {
            const int x = a[i] == '/' ? 0 : static_cast<unsigned char>(a[i]);
            const int y = b[i] == '/' ? 0 : static_cast<unsigned char>(b[i]);
            return x - y;
        }
    }
    return a.size() < b.size() ? -1 : a.size() > b.size() ? 1 : 0;
}

std::string_view below(std::string_view path, std::string_view root) noexcept {
    const std::string_view rest = root == "/" ? path : path.substr(root.size());
    return rest == "/" ? std::string_view() : rest;
}

std::string under(std::string_view root, std::string_view rest) {
    if (rest.empty()) {
        return std::string(root);
    }
    return (root == "/" ? std::string() : std::string(root)) + std::string(rest);
}

Walk::Walk(
    Session& session, kazoo::KazooClient& client, const std::string& path, WalkOptions options
)
    : session_(&session),
      client_(&client),
      root_(kazoo::normalize_path(path)),
      options_(std::move(options)) {
    Family first;
    first.names.push_back(root_);
    families_.push_back(std::move(first));
}

bool Walk::is_before(const std::string& path) const {
    return !options_.after.empty() && contains(path, options_.after);
}

void Walk::ask(Family& family, std::size_t depth) {
    Reads reads;
    const std::string& name = family.names[family.next++];
    reads.path = depth == 0 ? name : kazoo::join_path(family.parent, name);
    const bool descends = depth < options_.depth;
    if (options_.data) {
        reads.data = client_->get_async(reads.path);
    }
    if (options_.acls) {
        reads.acls = client_->get_acls_async(reads.path);
    }
    if (descends) {
        reads.children = client_->get_children_with_stat_async(reads.path);
    } else if (!options_.data) {
        reads.stat = client_->exists_async(reads.path);
    }
    family.ahead.push_back(std::move(reads));
    ++ahead_;
}

void Walk::read_ahead() {
    // In batches, so that a write and a wake-up serve several requests.
    if (ahead_ > usual_window / 2 && !families_.back().ahead.empty()) {
        return;
    }
    for (std::size_t depth = families_.size(); depth-- > 0;) {
        Family& family = families_[depth];
        const bool deepest = depth + 1 == families_.size();
        while (family.next < family.names.size() &&
               (ahead_ < usual_window || (deepest && family.ahead.size() < least_ahead))) {
            ask(family, depth);
        }
    }
}

std::optional<WalkedNode> Walk::next() {
    while (!families_.empty()) {
        session_->check_interrupted();
        read_ahead();
        Family& family = families_.back();
        if (family.ahead.empty()) {
            families_.pop_back();
            continue;
        }
        Reads reads = std::move(family.ahead.front());
        family.ahead.pop_front();
        --ahead_;
        const bool is_last = family.ahead.empty() && family.next == family.names.size();
        auto node = visit(std::move(reads), families_.size() - 1);
        session_->out().step("nodes");
        if (node && !is_before(node->path)) {
            node->is_last = is_last;
            return node;
        }
    }
    return std::nullopt;
}

std::optional<WalkedNode> Walk::visit(Reads reads, std::size_t depth) {
    WalkedNode node;
    node.depth = depth;
    std::vector<std::string> names;
    try {
        collect(reads, node, names);
    } catch (const kazoo::NoNodeError&) {
        if (depth == 0) {
            throw;
        }
        return std::nullopt;
    } catch (const kazoo::NoAuthError& error) {
        session_->out().error(error.what());
        session_->fail(ExitCode::failed);
        return std::nullopt;
    }
    node.path = std::move(reads.path);
    descend(node.path, std::move(names));
    return node;
}

void Walk::collect(const Reads& reads, WalkedNode& node, std::vector<std::string>& names) {
    if (reads.data.valid()) {
        node.node = reads.data.get();
        node.stat = node.node.stat;
    }
    if (reads.acls.valid()) {
        const kazoo::AclsAndStat& found = reads.acls.get();
        node.acls = found.acls;
        node.acls_version = found.stat.aversion;
    }
    if (reads.children.valid()) {
        const kazoo::ChildrenAndStat& found = reads.children.get();
        names = found.children;
        node.stat = reads.data.valid() ? node.stat : found.stat;
    }
    if (reads.stat.valid()) {
        const auto& stat = reads.stat.get();
        if (!stat) {
            kazoo::throw_error(
                kazoo::Error(kazoo::Errc::no_node).operation("exists").path(reads.path)
            );
        }
        node.stat = *stat;
    }
}

void Walk::descend(const std::string& path, std::vector<std::string> names) {
    std::sort(names.begin(), names.end());
    if (options_.skip_system && path == "/" && client_->chroot().empty()) {
        names.erase(std::remove(names.begin(), names.end(), "zookeeper"), names.end());
    }
    if (is_before(path) && path != options_.after) {
        const std::string_view rest = below(options_.after, path).substr(1);
        const std::string_view next = rest.substr(0, rest.find('/'));
        names.erase(names.begin(), std::lower_bound(names.begin(), names.end(), next));
    }
    if (names.empty()) {
        return;
    }
    Family family;
    family.parent = path;
    family.names = std::move(names);
    families_.push_back(std::move(family));
}

}  // namespace tool
