// SPDX-License-Identifier: Apache-2.0
#include "checks/queue_items.hpp"

#include <kazoo/paths.hpp>

#include <utility>

namespace kazoo::sim {
namespace {

std::string prefix_of(int priority) {
    const auto digits = std::to_string(priority);
    return "entry-" + std::string(3 - digits.size(), '0') + digits + "-";
}

}  // namespace

QueuePut& QueueItems::begin_put(
    int client, std::vector<std::string> items, int priority, TimePoint now
) {
    auto& put = puts_.emplace_back();
    put.client = client;
    put.items = std::move(items);
    put.priority = priority;
    put.begun = now;
    return put;
}

void QueueItems::end_put(
    QueuePut& put, std::vector<std::string> names, std::optional<Error> error, TimePoint now
) {
    put.over = true;
    put.names = std::move(names);
    put.error = std::move(error);
    put.ended = now;
}

std::string QueueItems::entry_of(const std::string& item) const {
    const auto writes = chronicle_.of_data(item);
    return writes.empty() ? std::string() : writes.front()->path;
}

void QueueItems::fail(const QueuePut& put, const std::string& what) {
    verdict_.fail(
        "client" + std::to_string(put.client) + ": the put of " + put.items.front() + " " + what
    );
}

void QueueItems::check_puts() {
    for (const auto& put : puts_) {
        check_put(put);
    }
}

void QueueItems::check_put(const QueuePut& put) {
    if (!put.over) {
        return fail(put, "hangs");
    }
    std::int64_t zxid = 0;
    for (std::size_t i = 0; i < put.items.size(); ++i) {
        const auto writes = chronicle_.of_data(put.items[i]);
        const bool unknown = put.error && put.error->outcome() == Outcome::unknown;
        if (writes.size() > 1 || (!unknown && writes.empty() != put.error.has_value())) {
            return fail(
                put,
                "was applied " + std::to_string(writes.size()) +
                    " times; it ended with: " + (put.error ? put.error->message() : "success")
            );
        }
        const auto found = writes.empty() ? 0 : writes.front()->zxid;
        if (std::exchange(zxid, found) != found && i != 0) {
            return fail(put, "was applied in part");
        }
        if (writes.empty()) {
            continue;
        }
        const auto& write = *writes.front();
        const bool in_time = write.time >= put.begun && (put.error || write.time <= put.ended);
        const bool named = put.error || write.path == path_ + "/" + put.names.at(i);
        if (!in_time || !named || !write.path.starts_with(path_ + "/" + prefix_of(put.priority))) {
            return fail(put, "was applied otherwise, to " + write.path);
        }
    }
}

std::map<std::string, QueueEntry> QueueItems::entries() const {
    std::map<std::string, QueueEntry> all;
    for (const auto& write : chronicle_.writes()) {
        if (parent_path(write.path) != path_) {
            continue;
        }
        auto& entry = all[write.path];
        if (write.kind == Write::Kind::create) {
            entry.path = write.path;
            entry.data = write.data;
            entry.created = write.zxid;
            entry.created_at = write.time;
        } else if (write.kind == Write::Kind::remove) {
            entry.removed = write.zxid;
            entry.removed_at = write.time;
        }
    }
    return all;
}

}  // namespace kazoo::sim
