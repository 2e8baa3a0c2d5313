// SPDX-License-Identifier: Apache-2.0
#include "session/watch_registry.hpp"

#include "codec/frame.hpp"
#include "codec/headers.hpp"
#include "codec/watches.hpp"

#include <kazoo/paths.hpp>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>
#include <vector>

namespace kazoo::session {
namespace {

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

constexpr std::array one_shot{WatchKind::data, WatchKind::exist, WatchKind::child};

/// Returns the kinds of one-shot watches that an event fires.
WatchKinds kinds_of(EventType type) {
    switch (type) {
        case EventType::CHILD:
            return only(WatchKind::child);
        case EventType::DELETED:
            return static_cast<WatchKinds>(data_kinds | only(WatchKind::child));
        default:
            return data_kinds;
    }
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

WatchRegistry::Order::Order(WatchKind watch_kind, std::string_view path, Cookie watcher)
    : kind(watch_kind), watch_(Watch::make(std::move(watcher), path)) {}

WatchRegistry::Order::Order(WatchKinds kinds, std::string_view path)
    : removes_(kinds),
      watch_(Watch::make({}, path)),
      removed_(detail::make_ref<RemovedWatches>()) {}

Cookie WatchRegistry::Order::take_watcher() noexcept {
    if (has_removed()) {
        return std::move(removed_);
    }
    return watch_ ? std::move(watch_->owner) : Cookie();
}

void WatchRegistry::add(Order& order) noexcept {
    auto& known = table(order.kind);
    order.watch_->set_order(order.kind, ++last_order_);
    const auto at = known.insert(order.watch_);
    if (at == known.end()) {
        order.watch_.reset();
        return;
    }
    const auto path = at->path();
    if (order.kind == WatchKind::recursive) {
        longest_recursive_ = std::max(longest_recursive_, path.size());
    }
    ++size_;
    const bool first = (at == known.begin() || std::prev(at)->path() != path) &&
                       !is_on(known, std::next(at), path);
    paths_ += first ? 1 : 0;
}

/// A watcher of several kinds is in the result once; the references that it held beside that are
/// released, and are not the last.
void WatchRegistry::remove(Order& order) noexcept {
    Unique taken;
    for (std::size_t kind = 0; kind < watch_kinds; ++kind) {
        if ((order.removes() & only(static_cast<WatchKind>(kind))) != 0) {
            take_from(static_cast<WatchKind>(kind), order.path(), taken);
        }
    }
    taken.drain([&](std::unique_ptr<Watch> watch) {
        order.removed_->watchers.push_front(std::move(watch));
    });
    order.removed_->watchers.sort();
}

bool WatchRegistry::has(WatchKinds kinds, std::string_view path) const {
    for (std::size_t kind = 0; kind < watch_kinds; ++kind) {
        const auto& paths = tables_[kind];
        if ((kinds & only(static_cast<WatchKind>(kind))) != 0 &&
            is_on(paths, find(paths, path), path)) {
            return true;
        }
    }
    return false;
}

/// Returns the first watch on this path; if there is none, any place.
WatchRegistry::Table::iterator WatchRegistry::find(
    const Table& table, std::string_view path
) noexcept {
    const auto at = table.behind_last_change();
    const bool first =
        is_on(table, at, path) && (at == table.begin() || std::prev(at)->path() != path);
    return first ? at : table.lower_bound(path);
}

void WatchRegistry::take_from(WatchKind kind, std::string_view path, Unique& into) noexcept {
    auto& paths = table(kind);
    if (paths.empty()) {
        return;
    }
    auto at = find(paths, path);
    paths_ -= is_on(paths, at, path) ? 1 : 0;
    while (is_on(paths, at, path)) {
        auto watch = paths.extract(at);
        --size_;
        static_cast<void>(into.insert(watch));  // else it is in `into` already
    }
}

void WatchRegistry::copy_from(
    WatchKind kind, std::string_view watched, std::string_view path, Unique& into
) {
    const auto& paths = table(kind);
    for (auto at = paths.lower_bound(watched); is_on(paths, at, watched); ++at) {
        auto copy = at->copy(path);
        static_cast<void>(into.insert(copy));
    }
}

void WatchRegistry::copy_recursive(std::string_view path, Unique& into) {
    if (table(WatchKind::recursive).empty() || path.empty() || path.front() != '/') {
        return;
    }
    for (auto at = path; at != "/"; at = parent_path(at)) {
        // Ancestors longer than every watched path need no lookup. Without this check the time
        // would be quadratic in the length of a path that a hostile server could choose.
        if (at.size() <= longest_recursive_) {
            copy_from(WatchKind::recursive, at, path, into);
        }
    }
    copy_from(WatchKind::recursive, "/", path, into);
}

Watchers WatchRegistry::take(EventType type, std::string_view path) {
    const auto fires = kinds_of(type);
    if (!has_lasting()) {
        if (auto one = take_only(fires, path)) {
            return std::move(*one);
        }
    }
    // Persistent watchers stay registered and are copied. That may throw, so it comes first.
    Unique taken;
    Unique staying;
    copy_from(WatchKind::persistent, path, path, staying);
    if (type != EventType::CHILD) {
        copy_recursive(path, staying);
    }
    // From here on nothing can fail.
    for (const auto kind : one_shot) {
        if ((fires & only(kind)) != 0) {
            take_from(kind, path, taken);
        }
    }
    staying.drain([&](std::unique_ptr<Watch> watch) { static_cast<void>(taken.insert(watch)); });
    Watchers in_order;
    taken.drain([&](std::unique_ptr<Watch> watch) { in_order.push_front(std::move(watch)); });
    in_order.sort();
    return in_order;
}

/// The usual case of a notification: there is one watch, or none. Otherwise returns nothing and has
/// changed nothing.
std::optional<Watchers> WatchRegistry::take_only(WatchKinds kinds, std::string_view path) noexcept {
    Table* holder = nullptr;
    Table::iterator place;
    for (const auto kind : one_shot) {
        auto& paths = table(kind);
        if ((kinds & only(kind)) == 0 || paths.empty()) {
            continue;
        }
        const auto at = find(paths, path);
        if (!is_on(paths, at, path)) {
            continue;
        }
        if (holder != nullptr || is_on(paths, std::next(at), path)) {
            return std::nullopt;
        }
        holder = &paths;
        place = at;
    }
    Watchers watchers;
    if (holder != nullptr) {
        watchers.push_front(holder->extract(place));
        --size_;
        --paths_;
    }
    return watchers;
}

Watchers WatchRegistry::take_all() noexcept {
    Watchers all;
    Unique fired;
    for (auto& table : tables_) {
        table.drain([&](std::unique_ptr<Watch> watch) {
            if (fired.insert(watch) == fired.end()) {
                watch->repeat();
                all.push_front(std::move(watch));
            }
        });
    }
    fired.drain([&](std::unique_ptr<Watch> watch) { all.push_front(std::move(watch)); });
    all.sort();
    size_ = 0;
    paths_ = 0;
    longest_recursive_ = 0;
    return all;
}

std::optional<Watchers> WatchRegistry::take_first(const WatchRange& range) {
    for (auto kind = range.from.kind; kind < watch_kinds && kind <= range.to.kind; ++kind) {
        auto& paths = tables_[kind];
        auto at = kind == range.from.kind ? paths.lower_bound(range.from.path) : paths.begin();
        if (at == paths.end() || (kind == range.to.kind && at->path() >= range.to.path)) {
            continue;
        }
        const std::string path(at->path());
        Watchers lost;
        --paths_;
        while (is_on(paths, at, path)) {
            lost.push_front(paths.extract(at));
            --size_;
        }
        lost.sort();
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
    codec::SetWatches2Request request;  // views the paths of the tables
    request.relative_zxid = last_zxid;
    std::size_t bytes = 0;
    Frame frame;
    bool full = false;
    for (auto kind = range.from.kind; kind < watch_kinds && kind <= range.to.kind && !full;
         ++kind) {
        const auto& paths = tables_[kind];
        auto at = kind == range.from.kind ? paths.lower_bound(range.from.path) : paths.begin();
        const auto end = kind == range.to.kind ? paths.lower_bound(range.to.path) : paths.end();
        std::optional<std::string_view> last;
        for (; at != end; ++at) {
            if (at->path() == last) {
                continue;
            }
            const auto size = at->path().size() + sizeof(std::int32_t);
            full = frame.paths > 0 && (frame.paths == path_limit || bytes + size > byte_limit);
            if (full) {
                break;
            }
            list(request, static_cast<WatchKind>(kind)).push_back(at->path());
            if (frame.paths == 0) {
                frame.range.from = {kind, std::string(at->path())};
            }
            last = at->path();
            bytes += size;
            ++frame.paths;
        }
        if (last) {
            frame.range.to = {
                kind, std::string(*last) + '\0'};  // the first position after the last path
        }
    }
    if (frame.paths > 0) {
        write(out, request);
    }
    return frame;
}

}  // namespace kazoo::session
