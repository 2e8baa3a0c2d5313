// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "codec/opcode.hpp"
#include "codec/record.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kazoo::codec {

// The records that set, restore, remove and report watches. Requests view their strings.

/// Fails with NoWatcher if this connection has no such watch on the path. Servers before 3.9 reject
/// the types 4 and 5.
struct CheckWatchesRequest {
    static constexpr std::string_view record_name = "CheckWatchesRequest";
    static constexpr Opcode opcode = Opcode::check_watches;

    std::string_view path;
    std::int32_t watcher_type = 0;  // 1 children, 2 data, 3 any, 4 persistent, 5 recursive

    template <class Self, class Visitor>
    static void fields(Self& self, Visitor&& visit) {
        visit("path", self.path);
        visit("watcher_type", self.watcher_type);
    }
    friend bool operator==(const CheckWatchesRequest&, const CheckWatchesRequest&) = default;
};

struct RemoveWatchesRequest {
    static constexpr std::string_view record_name = "RemoveWatchesRequest";
    static constexpr Opcode opcode = Opcode::remove_watches;

    std::string_view path;
    std::int32_t watcher_type = 0;  // as in CheckWatchesRequest

    template <class Self, class Visitor>
    static void fields(Self& self, Visitor&& visit) {
        visit("path", self.path);
        visit("watcher_type", self.watcher_type);
    }
    friend bool operator==(const RemoveWatchesRequest&, const RemoveWatchesRequest&) = default;
};

struct AddWatchRequest {
    static constexpr std::string_view record_name = "AddWatchRequest";
    static constexpr Opcode opcode = Opcode::add_watch;

    std::string_view path;
    std::int32_t mode = 0;  // 0 persistent, 1 persistent-recursive

    template <class Self, class Visitor>
    static void fields(Self& self, Visitor&& visit) {
        visit("path", self.path);
        visit("mode", self.mode);
    }
    friend bool operator==(const AddWatchRequest&, const AddWatchRequest&) = default;
};

/// Restores one-shot watches on a new connection. The server at once fires those whose nodes have
/// changed since `relative_zxid`, the last zxid that the client has seen.
struct SetWatchesRequest {
    static constexpr std::string_view record_name = "SetWatchesRequest";
    static constexpr Opcode opcode = Opcode::set_watches;

    std::int64_t relative_zxid = 0;
    std::vector<std::string_view> data_watches;
    std::vector<std::string_view> exist_watches;
    std::vector<std::string_view> child_watches;

    template <class Self, class Visitor>
    static void fields(Self& self, Visitor&& visit) {
        visit("relative_zxid", self.relative_zxid);
        visit("data_watches", self.data_watches);
        visit("exist_watches", self.exist_watches);
        visit("child_watches", self.child_watches);
    }
    friend bool operator==(const SetWatchesRequest&, const SetWatchesRequest&) = default;
};

/// The same with persistent watches. Servers before 3.6 do not have it.
struct SetWatches2Request {
    static constexpr std::string_view record_name = "SetWatches2Request";
    static constexpr Opcode opcode = Opcode::set_watches2;

    std::int64_t relative_zxid = 0;
    std::vector<std::string_view> data_watches;
    std::vector<std::string_view> exist_watches;
    std::vector<std::string_view> child_watches;
    std::vector<std::string_view> persistent_watches;
    std::vector<std::string_view> persistent_recursive_watches;

    template <class Self, class Visitor>
    static void fields(Self& self, Visitor&& visit) {
        visit("relative_zxid", self.relative_zxid);
        visit("data_watches", self.data_watches);
        visit("exist_watches", self.exist_watches);
        visit("child_watches", self.child_watches);
        visit("persistent_watches", self.persistent_watches);
        visit("persistent_recursive_watches", self.persistent_recursive_watches);
    }
    friend bool operator==(const SetWatches2Request&, const SetWatches2Request&) = default;
};

/// The body of a notification, whose header has the xid `watch_xid`.
template <class Path>
struct BasicWatcherEvent {
    static constexpr std::string_view record_name = "WatcherEvent";

    std::int32_t type = 0;   // a WatchEventType
    std::int32_t state = 0;  // 3 (SyncConnected) from all known servers
    Path path;

    template <class Self, class Visitor>
    static void fields(Self& self, Visitor&& visit) {
        visit("type", self.type);
        visit("state", self.state);
        visit("path", self.path);
    }
    friend bool operator==(const BasicWatcherEvent&, const BasicWatcherEvent&) = default;
};
using WatcherEvent = BasicWatcherEvent<std::string>;
using WatcherEventView = BasicWatcherEvent<std::string_view>;

}  // namespace kazoo::codec
