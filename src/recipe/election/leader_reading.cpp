// SPDX-License-Identifier: Apache-2.0
#include "recipe/election/leader_reading.hpp"

#include "recipe/lock/contender_order.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/paths.hpp>

#include <cstdint>
#include <limits>
#include <utility>

namespace kazoo::detail::recipe {
namespace {

using Names = std::vector<std::string>;
using Shared = std::shared_ptr<const LeaderReader>;

/// Lists the children of the election. Nothing if its path does not exist.
AsyncResult<std::optional<ChildrenAndStat>> list(
    Shared reader, Watcher watch, CallOptions options
) {
    std::optional<ChildrenAndStat> listed;
    try {
        auto listing = reader->client.call([&](KazooClient& client) {
            return client.get_children_with_stat_async(reader->path, watch, options);
        });
        listed = co_await direct(std::move(listing));
    } catch (const NoNodeError&) {
    }
    co_return listed;
}

/// Returns the one of several nodes that was created first; an empty name if none exists any more.
AsyncResult<std::string> created_first(Shared reader, Names names, CallOptions options) {
    std::string first;
    auto czxid = std::numeric_limits<std::int64_t>::max();
    for (const auto& name : names) {
        const auto path = join_path(reader->path, name);
        auto looking = reader->client.call([&](KazooClient& client) {
            return client.exists_async(path, options);
        });
        const auto stat = co_await direct(std::move(looking));
        if (stat && stat->czxid < czxid) {
            czxid = stat->czxid;
            first = name;
        }
    }
    co_return first;
}

/// Reads the node of a contender. Nothing if it does not exist any more.
AsyncResult<std::optional<Reading>> read_contender(
    Shared reader, std::string name, Watcher watch, CallOptions options
) {
    std::optional<Reading> reading;
    try {
        const auto path = join_path(reader->path, name);
        auto getting = reader->client.call([&](KazooClient& client) {
            return client.get_async(path, watch, options);
        });
        NodeData node = co_await direct(std::move(getting));
        reading.emplace(std::move(node));
        reading->children.push_back(std::move(name));
    } catch (const NoNodeError&) {
    }
    co_return reading;
}

}  // namespace

std::vector<std::string> first_contenders(
    const LockNames& names, const std::vector<std::string>& children
) {
    Names first;
    std::int32_t least = 0;
    for (const auto& child : children) {
        const auto number = names.number(child);
        if (!number || (!first.empty() && is_before(least, *number))) {
            continue;
        }
        if (first.empty() || *number != least) {
            first.clear();
            least = *number;
        }
        first.push_back(child);
    }
    return first;
}

AsyncResult<Reading> read_leader(
    std::shared_ptr<const LeaderReader> reader, Watcher watch, CallOptions options
) {
    bool watched = false;  // the children, because there was no contender
    for (;;) {
        auto listing = list(reader, watched ? watch : Watcher(), options);
        std::optional<ChildrenAndStat> listed = co_await direct(std::move(listing));
        if (!listed) {
            co_return Reading();
        }
        auto first = first_contenders(reader->names, listed->children);
        if (first.empty() && watched) {
            Reading nobody;
            nobody.stat = listed->stat;
            co_return nobody;
        }
        watched = first.empty();
        if (first.empty()) {
            continue;
        }
        std::string name = std::move(first.front());
        if (first.size() > 1) {
            first.front() = name;
            auto choosing = created_first(reader, std::move(first), options);
            name = co_await direct(std::move(choosing));
        }
        auto reading_leader = read_contender(reader, std::move(name), watch, options);
        std::optional<Reading> reading = co_await direct(std::move(reading_leader));
        if (reading) {
            co_return std::move(*reading);
        }
    }
}

std::optional<LockContender> leader_of(
    const LockNames& names, const std::string& path, Reading&& reading
) {
    if (reading.children.empty()) {
        return std::nullopt;
    }
    LockContender leader;
    leader.path = join_path(path, reading.children.front());
    leader.name = std::move(reading.children.front());
    leader.data = std::move(reading.data);
    leader.session = reading.stat->ephemeral_owner;
    leader.czxid = reading.stat->czxid;
    leader.number = names.number(leader.name).value_or(0);
    return leader;
}

}  // namespace kazoo::detail::recipe
