// SPDX-License-Identifier: Apache-2.0
#include "programs.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/sleep.hpp>
#include <kazoo/this_coro.hpp>

#include <exception>

namespace kazoo::sim {
namespace {

AsyncResult<void> work(SimClient& client) {
    auto& chance = client.chance();
    for (int steps = chance.between(1, 4); steps > 0 && client.exists(); --steps) {
        if (chance.one_in(2)) {
            const auto pause = chance.between(0ms, 1500ms);
            co_await sleep_async(client.handler(), pause);
        } else {
            co_await client.children("/s", chance.one_in(3));
        }
    }
}

/// Tries again until a server confirms that the node is gone, as long as there is a client.
AsyncResult<void> delete_node(SimClient& client, Cleanup& cleanup) {
    for (;;) {
        try {
            if (!client.exists()) {
                cleanup.abandoned = true;
                co_return;
            }
            co_await client.clean_up(cleanup.path);
            cleanup.deleted = true;
            co_return;
        } catch (const NoNodeError&) {  // an earlier attempt deleted it, or the end of the session
            cleanup.deleted = true;
            co_return;
        } catch (const ConnectionClosedError&) {
            cleanup.abandoned = true;
            co_return;
        } catch (const KazooException& failure) {
            cleanup.deletion_error = failure.code();
            if (failure.code() == ClientErrc::cancelled) throw;
        }
        try {
            const auto pause = client.chance().between(10ms, 500ms);
            co_await sleep_async(client.handler(), pause);
        } catch (const CancelledError& cancelled) {
            cleanup.deletion_error = cancelled.code();
            throw;
        }
    }
}

}  // namespace

AsyncResult<void> increment(SimClient& client, std::string path) {
    for (int tries = 0; tries < 3; ++tries) {
        if (!client.exists()) {
            co_return;
        }
        std::int32_t version = -1;
        try {
            const auto node = co_await client.get(path, false);
            version = node.stat.version;
        } catch (const KazooException&) {
            co_return;
        }
        if (!client.exists()) {
            co_return;
        }
        try {
            co_await client.set(path, version);
            co_return;
        } catch (const BadVersionError&) {
        } catch (const KazooException&) {
            co_return;
        }
    }
}

AsyncResult<void> queue_up(SimClient& client, std::string prefix) {
    try {
        const auto place = CreateOptions().ephemeral().sequence();
        const auto path = co_await client.create(prefix, place);
        if (client.exists()) {
            co_await client.children("/s", true);
        }
        if (client.exists()) {
            co_await client.remove(path);
        }
    } catch (const KazooException&) {
    }
}

AsyncResult<void> swap(SimClient& client, std::string first, std::string second) {
    try {
        const auto one = client.get(first, false);
        const auto other = client.get(second, true);
        const auto node = co_await one;
        co_await other;
        if (client.exists()) {
            const auto written = client.set(first, node.stat.version);
            let_run(client.set(second));
            co_await written;
        }
    } catch (const KazooException&) {
    }
}

/// Asks for the marker after some failures, and deletes it only if no commit can be in progress.
AsyncResult<void> commit_once(SimClient& client, std::vector<history::Part> parts) {
    const auto id = client.recorder().new_name();
    history::name_writes(parts, id);
    bool known = false;
    bool doubtful = false;
    for (int tries = 0; tries < 5 && !known && client.exists(); ++tries) {
        try {
            co_await client.commit_protected(parts, id);
            known = true;
        } catch (const KazooException& failure) {
            known = failure.outcome() != Outcome::unknown;
            doubtful = doubtful || !known;
        }
        if (!known && client.exists() && client.chance().one_in(2)) {
            try {
                known = co_await client.applied(parts, id);
            } catch (const KazooException&) {
            }
        }
        if (!known) {
            const auto pause = client.chance().between(10ms, 1000ms);
            co_await sleep_async(client.handler(), pause);
        }
    }
    if (known && client.exists() && client.chance().one_in(3)) {
        try {
            co_await client.applied(parts, id);
        } catch (const KazooException&) {
        }
    }
    if (known && !doubtful && client.exists() && client.chance().one_in(2)) {
        let_run(client.forget(parts, id));
    }
}

AsyncResult<void> hold_node(SimClient& client) {
    auto& chance = client.chance();
    const auto options =
        CreateOptions().ephemeral(chance.one_in(2)).sequence(!chance.one_in(3)).protect();
    client.simulator().tally().add(Count::protected_creates);
    try {
        const auto prefix = std::string(held_nodes) + "/held-";
        const auto node = co_await client.create_protected(prefix, options);
        if (chance.one_in(2)) {
            co_await work(client);
        }
        if (client.exists()) {
            co_await client.remove_guaranteed(node.path, node.stat.czxid);
        }
    } catch (const KazooException&) {
    }
}

AsyncResult<void> use_node(SimClient& client, Cleanup& cleanup) {
    const auto options = CreateOptions().sequence().ephemeral(client.chance().one_in(2));
    cleanup.path = co_await client.create("/s/used-", options);
    cleanup.phase = Cleanup::Phase::working;
    std::exception_ptr failure;
    try {
        co_await work(client);
    } catch (const KazooException&) {
        failure = std::current_exception();
    }
    cleanup.phase = Cleanup::Phase::deleting;
    switch (cleanup.protection) {
        case Cleanup::Protection::section: {
            const auto section = co_await this_coro::uncancellable;
            co_await delete_node(client, cleanup);
            break;
        }
        case Cleanup::Protection::reset:
            static_cast<void>(co_await this_coro::reset_cancellation);
            [[fallthrough]];
        case Cleanup::Protection::none:
            co_await delete_node(client, cleanup);
    }
    if (failure) {
        std::rethrow_exception(failure);
    }
}

void keep_trying(SimClient& client, const std::string& path) {
    if (client.exists()) {
        const auto again = [&client, path] {
            if (!client.exists()) {
                throw_error(Error(ClientErrc::connection_closed));
            }
            return client.create(path, CreateOptions());
        };
        let_run(client.zk().retry_async(again));
    }
}

}  // namespace kazoo::sim
