// SPDX-License-Identifier: Apache-2.0
#include "server/watches/path_watches.hpp"

#include <kazoo/paths.hpp>

#include <algorithm>

namespace kazoo::server {
namespace {

constexpr WatchModes bit(WatchMode mode) {
    return static_cast<WatchModes>(mode);
}

constexpr WatchModes without(WatchModes modes, WatchModes removed) {
    return static_cast<WatchModes>(modes & ~removed);
}

constexpr std::array list_modes{
    static_cast<WatchModes>(bit(WatchMode::standard) | bit(WatchMode::persistent)),
    bit(WatchMode::recursive),
};

void put_in_order(std::vector<ConnectionId>& watchers) {
    if (!std::is_sorted(watchers.begin(), watchers.end())) {
        std::sort(watchers.begin(), watchers.end());
    }
    watchers.erase(std::unique(watchers.begin(), watchers.end()), watchers.end());
}

template <typename Watchers>
void append_ids(const Watchers& from, std::vector<ConnectionId>& to) {
    to.reserve(to.size() + from.size());
    for (const auto* connection : from) to.push_back(connection->id);
}

}  // namespace

PathWatches::Path* PathWatches::find(std::string_view path) const {
    const auto at = paths_.find(path);
    return at == paths_.end() ? nullptr : at->get();
}

void PathWatches::add(ConnectionId connection, std::string_view path, WatchMode mode) {
    auto& owner = connections_[connection];
    if (!owner) {
        owner = std::make_unique<Connection>();
        owner->id = connection;
    }
    auto* watched = find(path);
    if (watched == nullptr) {
        auto created = std::make_unique<Path>();
        created->name = path;
        watched = paths_.insert(std::move(created)).first->get();
    }
    const auto [at, is_new] = owner->watches.try_emplace(watched);
    if (is_new) ++count_;
    const auto before = modes_coexist_ ? at->second.modes : WatchModes{0};
    set_modes(*owner, *watched, at->second, static_cast<WatchModes>(before | bit(mode)));
}

WatchModes PathWatches::modes(ConnectionId connection, std::string_view path) const {
    const auto owner = connections_.find(connection);
    auto* watched = find(path);
    if (owner == connections_.end() || watched == nullptr) return 0;
    const auto watch = owner->second->watches.find(watched);
    return watch == owner->second->watches.end() ? WatchModes{0} : watch->second.modes;
}

bool PathWatches::remove(ConnectionId connection, std::string_view path, WatchModes modes) {
    const auto owner = connections_.find(connection);
    auto* watched = find(path);
    if (owner == connections_.end() || watched == nullptr) return false;
    auto& watches = owner->second->watches;
    const auto watch = watches.find(watched);
    if (watch == watches.end() || (watch->second.modes & modes) == 0) return false;
    const auto left = without(watch->second.modes, modes);
    set_modes(*owner->second, *watched, watch->second, left);
    if (left == 0) {
        watches.erase(watch);
        --count_;
        remove_if_unwatched(*watched);
        if (watches.empty()) connections_.erase(owner);
    }
    return true;
}

void PathWatches::remove_all(ConnectionId connection) {
    const auto owner = connections_.find(connection);
    if (owner == connections_.end()) return;
    for (auto& [path, watch] : owner->second->watches) {
        set_modes(*owner->second, *path, watch, 0);
        remove_if_unwatched(*path);
    }
    count_ -= owner->second->watches.size();
    connections_.erase(owner);
}

void PathWatches::take(std::string_view path, std::vector<ConnectionId>& watchers) {
    watchers.clear();
    if (paths_.empty()) return;
    if (recursive_count_ > 0) add_recursive_above(path, watchers);
    if (auto* watched = find(path)) {
        append_ids(watched->watchers[recursive], watchers);
        append_ids(watched->watchers[exact], watchers);
        remove_standard_watches(*watched);
    }
    put_in_order(watchers);
}

void PathWatches::take_exact(std::string_view path, std::vector<ConnectionId>& watchers) {
    watchers.clear();
    if (paths_.empty()) return;
    if (auto* watched = find(path)) {
        append_ids(watched->watchers[exact], watchers);
        remove_standard_watches(*watched);
    }
    put_in_order(watchers);
}

void PathWatches::add_recursive_above(std::string_view path, std::vector<ConnectionId>& watchers)
    const {
    for (auto at = path; at.size() > 1;) {
        at = parent_path(at);
        // Saves hashing paths that are longer than any watched one.
        if (at.size() > longest_recursive_) continue;
        if (const auto* watched = find(at)) append_ids(watched->watchers[recursive], watchers);
    }
}

PathWatches::ByPath PathWatches::by_path() const {
    ByPath all;
    all.reserve(paths_.size());
    for (const auto& path : paths_) {
        auto& entry = all.emplace_back(path->name, std::vector<ConnectionId>{});
        append_ids(path->watchers[exact], entry.second);
        append_ids(path->watchers[recursive], entry.second);
        put_in_order(entry.second);
    }
    std::sort(all.begin(), all.end());
    return all;
}

PathWatches::ByConnection PathWatches::by_connection() const {
    ByConnection all;
    all.reserve(connections_.size());
    for (const auto& [id, connection] : connections_) {
        auto& entry = all.emplace_back(id, std::vector<std::string_view>{});
        for (const auto& watch : connection->watches) entry.second.push_back(watch.first->name);
        std::sort(entry.second.begin(), entry.second.end());
    }
    std::sort(all.begin(), all.end());
    return all;
}

void PathWatches::join(Connection& connection, Path& path, Watch& watch, List list) {
    auto& watchers = path.watchers[list];
    watch.places[list] = static_cast<std::uint32_t>(watchers.size());
    watchers.push_back(&connection);
    if (list == recursive) {
        ++recursive_count_;
        longest_recursive_ = std::max(longest_recursive_, path.name.size());
    }
}

void PathWatches::leave(Connection& connection, Path& path, Watch& watch, List list) {
    auto& watchers = path.watchers[list];
    // The last watcher moves to the free place, which its own watch has to record.
    auto* last = watchers.back();
    if (last != &connection) {
        const auto place = watch.places[list];
        watchers[place] = last;
        last->watches.find(&path)->second.places[list] = place;
    }
    watchers.pop_back();
    if (list == recursive && --recursive_count_ == 0) longest_recursive_ = 0;
}

void PathWatches::set_modes(Connection& connection, Path& path, Watch& watch, WatchModes modes) {
    for (const auto list : {exact, recursive}) {
        const bool was_in = (watch.modes & list_modes[list]) != 0;
        const bool is_in = (modes & list_modes[list]) != 0;
        if (was_in && !is_in) leave(connection, path, watch, list);
        if (!was_in && is_in) join(connection, path, watch, list);
    }
    watch.modes = modes;
}

void PathWatches::remove_standard_watches(Path& path) {
    const auto& watchers = path.watchers[exact];
    // From the end: leave() then moves only watchers that were visited already.
    for (auto place = watchers.size(); place-- > 0;) {
        auto& connection = *watchers[place];
        const auto watch = connection.watches.find(&path);
        const auto left = without(watch->second.modes, bit(WatchMode::standard));
        if (left == watch->second.modes) continue;
        set_modes(connection, path, watch->second, left);
        if (left == 0) {
            connection.watches.erase(watch);
            --count_;
        }
    }
    remove_if_unwatched(path);
}

void PathWatches::remove_if_unwatched(Path& path) {
    if (path.watchers[exact].empty() && path.watchers[recursive].empty()) {
        paths_.erase(paths_.find(std::string_view(path.name)));
    }
}

}  // namespace kazoo::server
