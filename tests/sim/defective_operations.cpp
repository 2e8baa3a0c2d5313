// SPDX-License-Identifier: Apache-2.0
#include "defective_operations.hpp"

#include <kazoo/async_result.hpp>
#include <kazoo/exceptions.hpp>
#include <kazoo/paths.hpp>
#include <kazoo/sleep.hpp>

#include <optional>
#include <utility>

namespace kazoo::sim {
namespace {

/// Returns the node whose name begins with `beginning`, if there is one.
AsyncResult<std::optional<CreatedNode>> look_for(
    SimClient& client, std::string parent, std::string beginning
) {
    std::optional<CreatedNode> found;
    const auto synced = client.zk().sync_async(parent);
    const auto listed = client.zk().get_children_async(parent);
    co_await direct(synced);
    const auto names = co_await direct(listed);
    for (const auto& name : names) {
        if (name.starts_with(beginning) && client.exists()) {
            const auto path = join_path(parent, name);
            const auto stat = co_await direct(client.zk().exists_async(path));
            if (stat) {
                found.emplace();
                found->path = path;
                found->stat = *stat;
            }
        }
    }
    co_return found;
}

}  // namespace

AsyncResult<void> delete_while_wanted(
    SimClient& client, std::string path, std::int64_t czxid, CallOptions options
) {
    std::optional<Error> given_up;
    try {
        const auto stat = co_await client.zk().exists_async(path, Watcher(), options);
        if (stat && stat->czxid == czxid && client.exists()) {
            co_await client.zk().delete_async(path, stat->version, options);
        }
    } catch (const NoNodeError&) {
    } catch (const OperationTimeoutError& failure) {
        given_up = Error(failure.code(), Outcome::unknown);
    } catch (const CancelledError& failure) {
        given_up = Error(failure.code(), Outcome::unknown);
    }
    if (given_up) {
        throw_error(*given_up);
    }
}

AsyncResult<void> delete_any(SimClient& client, std::string path) {
    try {
        co_await client.zk().delete_async(path);
    } catch (const NoNodeError&) {
    }
}

AsyncResult<CreatedNode> create_in_any_session(
    SimClient& client, std::string path, std::string data, CreateOptions options
) {
    const auto life = client.lives();
    const auto parent = std::string(parent_path(path));
    const auto beginning = "_c_" + client.recorder().new_name() + "-";
    const auto unique = join_path(parent, beginning + path.substr(path.rfind('/') + 1));
    std::optional<Error> lost;
    try {
        options.protect(false);
        co_return co_await direct(client.zk().create_with_stat_async(unique, data, options));
    } catch (const KazooException& failure) {
        if (failure.outcome() != Outcome::unknown) throw;
        lost = Error(failure.code(), Outcome::unknown);
    }
    for (int tries = 0; tries < 100; ++tries) {
        co_await sleep_async(client.handler(), 100ms);
        if (!client.exists() || client.lives() != life) {
            break;
        }
        try {
            auto found = co_await direct(look_for(client, parent, beginning));
            if (found) {
                co_return std::move(*found);
            }
            break;
        } catch (const KazooException&) {
        }
    }
    throw_error(*lost);
}

}  // namespace kazoo::sim
