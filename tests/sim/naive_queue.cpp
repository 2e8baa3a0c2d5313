// SPDX-License-Identifier: Apache-2.0
#include "naive_queue.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/paths.hpp>

#include <algorithm>
#include <vector>

namespace kazoo::sim {
namespace {

std::string number_of(const std::string& name) {
    return name.substr(name.rfind('-') + 1);
}

/// Sorts the names of entries, with Defect::ignored_priorities by their numbers alone.
void sort_entries(std::vector<std::string>& names, Defect defect) {
    std::sort(names.begin(), names.end(), [defect](const auto& one, const auto& other) {
        return defect == Defect::ignored_priorities ? number_of(one) < number_of(other)
                                                    : one < other;
    });
}

}  // namespace

AsyncResult<std::optional<std::string>> take_naively(SimClient& client, std::string path) {
    const auto defect = client.defect();
    const auto listing = client.zk().get_children_async(path);
    std::vector<std::string> names = co_await listing;
    sort_entries(names, defect);
    if (names.empty() || !client.exists()) {
        co_return std::nullopt;
    }
    const auto entry = join_path(path, names.front());
    const auto reading = client.zk().get_async(entry);
    const NodeData node = co_await reading;
    if (!client.exists()) {
        co_return std::nullopt;
    }
    bool deleted = true;
    try {
        const auto deleting = client.zk().delete_async(entry, node.stat.version);
        co_await deleting;
    } catch (const NoNodeError&) {
        deleted = defect == Defect::double_gets;
    } catch (const KazooException& failure) {
        if (defect != Defect::silent_losses || failure.outcome() != Outcome::unknown) {
            throw;
        }
        deleted = false;  // as if another consumer had it
    }
    if (!deleted) {
        co_return std::nullopt;
    }
    co_return node.data;
}

AsyncResult<std::optional<std::string>> steal_naively(SimClient& client, std::string path) {
    const bool breaks = client.defect() == Defect::stolen_items;
    const auto claims = path + "/taken";
    const auto entries = path + "/entries";
    const auto listing = client.zk().get_children_async(breaks ? claims : entries);
    std::vector<std::string> names = co_await listing;
    std::sort(names.begin(), names.end());
    if (names.empty() || !client.exists()) {
        co_return std::nullopt;
    }
    if (breaks) {
        const auto breaking = client.zk().delete_async(join_path(claims, names.front()));
        co_await breaking;
        co_return std::nullopt;
    }
    const auto entry = join_path(entries, names.front());
    const auto deleting = client.zk().delete_async(entry);
    co_await deleting;
    co_return entry;
}

}  // namespace kazoo::sim
