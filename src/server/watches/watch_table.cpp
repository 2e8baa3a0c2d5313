// SPDX-License-Identifier: Apache-2.0
#include "server/watches/watch_table.hpp"

#include <algorithm>
#include <iterator>

namespace kazoo::server {
namespace {

constexpr auto standard = static_cast<WatchModes>(WatchMode::standard);
constexpr auto persistent = static_cast<WatchModes>(WatchMode::persistent);
constexpr auto recursive = static_cast<WatchModes>(WatchMode::recursive);

}  // namespace

WatchTable::WatchTable(const Profile& profile)
    : modes_coexist_(profile.watch_modes_coexist()),
      filters_(profile.checks_read_for_events()),
      data_(modes_coexist_),
      child_(modes_coexist_) {}

void WatchTable::add_data(ConnectionId connection, std::string_view path) {
    data_.add(connection, path, WatchMode::standard);
}

void WatchTable::add_child(ConnectionId connection, std::string_view path) {
    child_.add(connection, path, WatchMode::standard);
}

void WatchTable::add(ConnectionId connection, std::string_view path, WatchMode mode) {
    data_.add(connection, path, mode);
    // Before 3.9 a recursive watch is in both tables. Clients can observe that when another mode
    // replaces it in one of them.
    if (mode != WatchMode::recursive || !modes_coexist_) child_.add(connection, path, mode);
}

WatchTable::Modes WatchTable::modes_of(WatcherType type) const noexcept {
    // Before 3.9 a removal does not distinguish the modes.
    const WatchModes one_shot = modes_coexist_ ? standard : all_watch_modes;
    switch (type) {
        case WatcherType::children:
            return {0, one_shot};
        case WatcherType::data:
            return {one_shot, 0};
        case WatcherType::any:
            return {all_watch_modes, all_watch_modes};
        case WatcherType::persistent:
            return modes_coexist_ ? Modes{persistent, persistent} : Modes{};
        case WatcherType::recursive:
            return modes_coexist_ ? Modes{recursive, 0} : Modes{};
    }
    return {};
}

bool WatchTable::contains(ConnectionId connection, std::string_view path, WatcherType type) const {
    const auto modes = modes_of(type);
    return (data_.modes(connection, path) & modes.data) != 0 ||
           (child_.modes(connection, path) & modes.child) != 0;
}

bool WatchTable::remove(ConnectionId connection, std::string_view path, WatcherType type) {
    const auto modes = modes_of(type);
    const bool of_data = data_.remove(connection, path, modes.data);
    const bool of_child = child_.remove(connection, path, modes.child);
    return of_data || of_child;
}

void WatchTable::remove_all(ConnectionId connection) {
    data_.remove_all(connection);
    child_.remove_all(connection);
}

void WatchTable::take_child_except(
    std::string_view path, const Connections& but, Connections& watchers
) {
    Connections all;
    child_.take(path, all);
    std::set_difference(
        all.begin(), all.end(), but.begin(), but.end(), std::back_inserter(watchers)
    );
}

}  // namespace kazoo::server
