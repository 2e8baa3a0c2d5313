// SPDX-License-Identifier: Apache-2.0
#include "session/watch_registry.hpp"

#include "codec/frame.hpp"
#include "codec/headers.hpp"
#include "codec/watches.hpp"

#include <kazoo/paths.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace kazoo::session {
namespace {

/// Watchers are called by kind and, within a kind, in the order of registration: the kind is in the
/// upper bits of Watch::order.
constexpr int kind_shift = 56;

std::vector<std::string_view>& list(codec::SetWatches2Request& request, WatchKind kind) {
    switch (kind) {
        case WatchKind::data:
            return request.data_watches;
        case WatchKind::exist:
            return request.exist_watches;
        case WatchKind::child:
            return request.child_watches;
        case WatchKind::persistent:
            return request.persistent_watches;
        case WatchKind::recursive:
            break;
    }
    return request.persistent_recursive_watches;
}

void write(base::Buffer& out, codec::SetWatches2Request& request) {
    codec::RequestHeader header;
    header.xid = codec::set_watches_xid;
    if (request.persistent_watches.empty() && request.persistent_recursive_watches.empty()) {
        codec::SetWatchesRequest plain;
        plain.relative_zxid = request.relative_zxid;
        plain.data_watches.swap(request.data_watches);
        plain.exist_watches.swap(request.exist_watches);
        plain.child_watches.swap(request.child_watches);
        header.type = codec::Opcode::set_watches;
        codec::append_frame(out, header, plain);
    } else {
        header.type = codec::Opcode::set_watches2;
        codec::append_frame(out, header, request);
    }
}

}  // namespace

Watchers::iterator first_lasting(Watchers& watchers) noexcept {
    return watchers.lower_bound(Watch{
        {}, static_cast<std::uint64_t>(WatchKind::persistent) << kind_shift});
}

WatchRegistry::Order::Order(WatchKind watch_kind, std::string_view path, Cookie watcher)
    : kind(watch_kind) {
    // The only way to create a node is to insert it into a container and to extract it again.
    Table table;
    path_ = table.extract(table.try_emplace(std::string(path)).first);
    PathWatchers watchers;
    watcher_ = watchers.extract(watchers.insert(Watch{std::move(watcher)}).first);
}

WatchRegistry::Order::Order(WatchKinds kinds, std::string_view path)
    : removes_(kinds), removed_(detail::make_ref<RemovedWatches>()) {
    Table table;
    path_ = table.extract(table.try_emplace(std::string(path)).first);
}

Cookie WatchRegistry::Order::take_watcher() noexcept {
    if (has_removed()) {
        return std::move(removed_);
    }
    return watcher_ ? std::move(watcher_.value().owner) : Cookie();
}

void WatchRegistry::add(Order& order) noexcept {
    auto& known = table(order.kind);
    auto at = known.find(order.path_.key());
    if (at == known.end()) {
        at = known.insert(std::move(order.path_)).position;
    }
    if (order.kind == WatchKind::recursive) {
        longest_recursive_ = std::max(longest_recursive_, at->first.size());
    }
    order.watcher_.value().order =
        (static_cast<std::uint64_t>(order.kind) << kind_shift) + ++last_order_;
    auto added = at->second.insert(std::move(order.watcher_));
    if (added.inserted) {
        ++size_;
    } else {
        order.watcher_ = std::move(added.node);
    }
}

/// A watcher of several kinds is in the result once, which may leave an empty set behind to be
/// erased; the reference that it held is not the last.
void WatchRegistry::remove(Order& order) noexcept {
    PathWatchers taken;
    for (std::size_t kind = 0; kind < watch_kinds; ++kind) {
        if ((order.removes() & only(static_cast<WatchKind>(kind))) != 0) {
            take_from(static_cast<WatchKind>(kind), order.path(), taken);
        }
    }
    order.removed_->watchers.merge(taken);
}

bool WatchRegistry::has(WatchKinds kinds, std::string_view path) const {
    for (std::size_t kind = 0; kind < watch_kinds; ++kind) {
        if ((kinds & only(static_cast<WatchKind>(kind))) != 0 && tables_[kind].contains(path)) {
            return true;
        }
    }
    return false;
}

void WatchRegistry::take_from(WatchKind kind, std::string_view path, PathWatchers& into) noexcept {
    const auto at = table(kind).find(path);
    if (at == table(kind).end()) {
        return;
    }
    size_ -= at->second.size();
    into.merge(at->second);  // those that stay behind are in `into` already
    table(kind).erase(at);
}

void WatchRegistry::copy_from(WatchKind kind, std::string_view path, PathWatchers& into) {
    const auto at = table(kind).find(path);
    if (at != table(kind).end()) {
        into.insert(at->second.begin(), at->second.end());
    }
}

void WatchRegistry::copy_recursive(std::string_view path, PathWatchers& into) {
    if (table(WatchKind::recursive).empty() || path.empty() || path.front() != '/') {
        return;
    }
    for (auto at = path; at != "/"; at = parent_path(at)) {
        // Ancestors longer than every watched path need no lookup. Without this check the time
        // would be quadratic in the length of a path that a hostile server could choose.
        if (at.size() <= longest_recursive_) {
            copy_from(WatchKind::recursive, at, into);
        }
    }
    copy_from(WatchKind::recursive, "/", into);
}

Watchers WatchRegistry::take(EventType type, std::string_view path) {
    // Persistent watchers stay registered and are copied. That may throw, so it comes first.
    PathWatchers staying;
    copy_from(WatchKind::persistent, path, staying);
    if (type != EventType::CHILD) {
        copy_recursive(path, staying);
    }
    // From here on nothing can fail.
    PathWatchers fired;
    if (type != EventType::CHILD) {
        take_from(WatchKind::data, path, fired);
        take_from(WatchKind::exist, path, fired);
    }
    if (type == EventType::CHILD || type == EventType::DELETED) {
        take_from(WatchKind::child, path, fired);
    }
    fired.merge(staying);
    Watchers in_order;
    in_order.merge(fired);
    return in_order;
}

/// A watcher of several paths is merged once; the other sets keep their references until they are
/// cleared, which are not the last.
Watchers WatchRegistry::take_all(Paths* paths) noexcept {
    PathWatchers fired;
    for (auto& table : tables_) {
        for (auto& [path, watchers] : table) {
            fired.merge(watchers);
            watchers.clear();
        }
        if (paths == nullptr) {
            table.clear();
        }
    }
    if (paths != nullptr) {
        paths->tables_.swap(tables_);
        for (auto& table : tables_) {
            table.clear();
        }
    }
    size_ = 0;
    longest_recursive_ = 0;
    Watchers in_order;
    in_order.merge(fired);
    return in_order;
}

std::optional<WatchRegistry::Lost> WatchRegistry::take_first(const WatchRange& range) noexcept {
    for (auto kind = range.from.kind; kind < watch_kinds && kind <= range.to.kind; ++kind) {
        auto& paths = tables_[kind];
        const auto first =
            kind == range.from.kind ? paths.lower_bound(range.from.path) : paths.begin();
        if (first == paths.end() || (kind == range.to.kind && first->first >= range.to.path)) {
            continue;
        }
        auto node = paths.extract(first);
        size_ -= node.mapped().size();
        Lost lost{std::move(node.key()), {}};
        lost.watchers.merge(node.mapped());
        return lost;
    }
    return std::nullopt;
}

WatchRegistry::Frame WatchRegistry::restore(
    base::Buffer& out,
    std::int64_t last_zxid,
    const WatchRange& range,
    std::size_t byte_limit,
    std::size_t path_limit
) const {
    codec::SetWatches2Request request;  // views the keys of the tables
    request.relative_zxid = last_zxid;
    std::size_t bytes = 0;
    Frame frame;
    bool full = false;
    for (auto kind = range.from.kind; kind < watch_kinds && kind <= range.to.kind && !full;
         ++kind) {
        const auto& paths = tables_[kind];
        auto at = kind == range.from.kind ? paths.lower_bound(range.from.path) : paths.begin();
        const auto end = kind == range.to.kind ? paths.lower_bound(range.to.path) : paths.end();
        const std::string* last = nullptr;
        for (; at != end; ++at) {
            const auto size = at->first.size() + sizeof(std::int32_t);
            full = frame.paths > 0 && (frame.paths == path_limit || bytes + size > byte_limit);
            if (full) {
                break;
            }
            list(request, static_cast<WatchKind>(kind)).push_back(at->first);
            if (frame.paths == 0) {
                frame.range.from = {kind, at->first};
            }
            last = &at->first;
            bytes += size;
            ++frame.paths;
        }
        if (last != nullptr) {
            frame.range.to = {kind, *last + '\0'};  // the first position after the last path
        }
    }
    if (frame.paths > 0) {
        write(out, request);
    }
    return frame;
}

}  // namespace kazoo::session
