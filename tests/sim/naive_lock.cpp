// SPDX-License-Identifier: Apache-2.0
#include "naive_lock.hpp"

#include <kazoo/event.hpp>
#include <kazoo/exceptions.hpp>
#include <kazoo/paths.hpp>
#include <kazoo/sleep.hpp>

#include <algorithm>
#include <optional>
#include <vector>

namespace kazoo::sim {
namespace {

constexpr const char* marker = "__lock__";

std::string number_of(const std::string& name) {
    return name.substr(name.rfind('_') + 1);
}

/// Sorts contenders by their numbers, with Defect::text_order by their whole names.
void sort_contenders(std::vector<std::string>& names, Defect defect) {
    std::sort(names.begin(), names.end(), [defect](const auto& one, const auto& other) {
        return defect == Defect::text_order ? one < other : number_of(one) < number_of(other);
    });
}

/// Returns the path of the node whose name begins with `beginning`; empty if there is none.
AsyncResult<std::string> find_node(SimClient& client, std::string lock, std::string beginning) {
    const auto listing = client.zk().get_children_async(lock);
    const std::vector<std::string> names = co_await listing;
    for (const auto& name : names) {
        if (name.starts_with(beginning)) {
            co_return join_path(lock, name);
        }
    }
    co_return std::string();
}

/// Creates a node. With Defect::unchecked_owners it takes one of that name after a lost reply.
AsyncResult<std::string> create_node(SimClient& client, std::string lock) {
    const auto beginning = std::to_string(client.chance().below(10)) + client.recorder().new_name();
    std::optional<Error> lost;
    try {
        const auto creating = client.zk().create_with_stat_async(
            join_path(lock, beginning + marker), "", CreateOptions().ephemeral().sequence()
        );
        const CreatedNode node = co_await creating;
        co_return node.path;
    } catch (const KazooException& failure) {
        if (failure.outcome() != Outcome::unknown || client.defect() != Defect::unchecked_owners) {
            throw;
        }
        lost = failure.error();
    }
    for (int tries = 0; tries < 100 && client.exists(); ++tries) {
        const auto pausing = sleep_async(client.handler(), 50ms);
        co_await pausing;
        try {
            if (client.exists()) {
                const auto finding = find_node(client, lock, beginning);
                co_return co_await finding;
            }
        } catch (const KazooException&) {
        }
    }
    throw_error(*lost);
}

/// Waits until the node behind the own one changes, if there is one; else, or without
/// Defect::wrong_watches, for a moment.
AsyncResult<void> wait_for_turn(SimClient& client, std::string lock, std::string behind) {
    const Event changed(client.handler());
    if (client.defect() == Defect::wrong_watches && !behind.empty()) {
        const auto watch = Watcher([changed](const WatchedEvent&) { changed.set(); });
        const auto looking = client.zk().exists_async(join_path(lock, behind), watch);
        static_cast<void>(co_await looking);
        const auto waiting = changed.wait_async();
        co_await waiting;
    } else {
        const auto pausing = sleep_async(client.handler(), 100ms);
        co_await pausing;
    }
}

/// Returns whether the node is the first one, which it may become until `deadline`.
AsyncResult<bool> wait_until_first(
    SimClient& client, std::string lock, std::string node, TimePoint deadline
) {
    while (client.exists() && client.simulator().now() < deadline) {
        const auto listing = client.zk().get_children_async(lock);
        std::vector<std::string> names = co_await listing;
        sort_contenders(names, client.defect());
        const auto own = std::find(names.begin(), names.end(), node.substr(node.rfind('/') + 1));
        if (own == names.begin() || own == names.end()) {
            co_return own != names.end();
        }
        // With the defect the last one waits for itself.
        const auto behind = own + 1 == names.end() ? *own : *(own + 1);
        if (client.exists()) {
            const auto waiting = wait_for_turn(client, lock, behind);
            co_await waiting;
        }
    }
    co_return false;
}

/// Deletes the node. With Defect::short_cleanups within the time limit of the caller.
AsyncResult<void> clean_up(SimClient& client, std::string node, TimePoint deadline) {
    const bool is_short = client.defect() == Defect::short_cleanups;
    while (client.exists()) {
        try {
            CallOptions options;
            if (is_short) {
                options.timeout(std::max<Duration>(deadline - client.simulator().now(), 0ms));
            }
            const auto deleting = client.zk().delete_async(node, -1, options);
            co_await deleting;
            co_return;
        } catch (const NoNodeError&) {
            co_return;
        } catch (const KazooException&) {
            if (is_short) {
                co_return;
            }
        }
        const auto pausing = sleep_async(client.handler(), 200ms);
        co_await pausing;
    }
}

void report(SimClient& client, LockCheck& check, const std::string& node) {
    LockHold hold;
    hold.client = client.number();
    hold.node = client.recorder().on_server(node);
    hold.token = check.czxid(hold.node);
    if (client.defect() == Defect::unchecked_owners && client.exists()) {
        const auto session = client.zk().client_id();
        hold.session = session ? session->session_id : 0;
    }
    check.on_acquired(hold);
}

}  // namespace

AsyncResult<void> use_naive_lock(SimClient& client, LockCheck& check, std::string lock) {
    const auto limit = client.defect() == Defect::short_cleanups ? 500ms : 8000ms;
    const auto deadline = client.simulator().now() + limit;
    std::string node;
    try {
        const auto creating = create_node(client, lock);
        node = co_await creating;
        const auto waiting = wait_until_first(client, lock, node, deadline);
        const bool first = co_await waiting;
        if (first) {
            report(client, check, node);
            const auto pausing = sleep_async(client.handler(), 300ms);
            co_await pausing;
        }
    } catch (const KazooException&) {
    }
    if (!node.empty()) {
        const auto ending = clean_up(client, node, deadline);
        co_await ending;
    }
}

}  // namespace kazoo::sim
