// SPDX-License-Identifier: Apache-2.0
#include "recipe/lock/creation.hpp"

#include "recipe/lock/node_deletion.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/paths.hpp>

#include <exception>
#include <optional>
#include <string>
#include <utility>

namespace kazoo::detail::recipe {
namespace {

NodePtr node_of(const std::string& path, const ZnodeStat& stat) {
    return std::make_shared<const OwnNode>(
        std::string(node_name(path)), stat.czxid, stat.ephemeral_owner
    );
}

CreateOptions create_options(const LockOptions& options) {
    auto create =
        CreateOptions().ephemeral(options.is_ephemeral()).sequence().protect_unique_name();
    if (options.acl()) {
        create.acl(*options.acl());
    }
    return create;
}

/// The same for servers that do not return a stat.
AsyncResult<NodePtr> create_and_look(
    std::shared_ptr<Locking> locking, std::string path, CallOptions options
) {
    const auto creation = locking->client().call([&](KazooClient& client) {
        const auto& lock = locking->options();
        return client.create_async(path, lock.identifier(), create_options(lock), options);
    });
    const std::string created = co_await direct(creation);
    const auto session = locking->options().is_ephemeral() ? locking->present_session(0) : 0;
    std::exception_ptr failure;
    std::optional<ZnodeStat> stat;
    try {
        const auto looked = locking->client().call([&](KazooClient& client) {
            return client.exists_async(created, options);
        });
        stat = co_await direct(looked);
    } catch (...) {
        failure = std::current_exception();
    }
    if (failure) {
        // The name is used once, so that its czxid is not needed to recognise it.
        delete_in_background(
            locking, std::make_shared<const OwnNode>(std::string(node_name(created)), 0, session)
        );
        std::rethrow_exception(failure);
    }
    co_return stat ? node_of(created, *stat) : nullptr;
}

}  // namespace

AsyncResult<NodePtr> create_node(std::shared_ptr<Locking> locking, CallOptions options) {
    const auto path = locking->path_of(locking->names().make(*locking->handler()));
    try {
        const auto creation = locking->client().call([&](KazooClient& client) {
            const auto& lock = locking->options();
            return client.create_with_stat_async(
                path, lock.identifier(), create_options(lock), options
            );
        });
        const CreatedNode created = co_await direct(creation);
        co_return node_of(created.path, created.stat);
    } catch (const UnimplementedError&) {
    }
    const auto creation = create_and_look(locking, path, options);
    NodePtr node = co_await direct(creation);
    co_return node;
}

AsyncResult<void> make_parents(
    std::shared_ptr<Contender> contender, std::uint64_t attempt, CallOptions options
) {
    const auto& locking = *contender->locking();
    const bool container = locking.options().has_container_parents();
    const auto slash = locking.path().rfind('/');
    const auto parent = container ? locking.path().substr(0, slash) : locking.path();
    if (!parent.empty()) {
        const auto made = locking.client().call([&](KazooClient& client) {
            return client.ensure_path_async(parent, locking.options().acl(), options);
        });
        co_await direct(made);
    }
    if (container) {
        auto create = CreateOptions().container();
        if (locking.options().acl()) {
            create.acl(*locking.options().acl());
        }
        const auto made = locking.client().call([&](KazooClient& client) {
            return client.create_async(locking.path(), "", create, options);
        });
        try {
            co_await direct(made);
        } catch (const NodeExistsError&) {
        }
    }
    contender->tell([&](LockPlan& plan) { plan.parents_made(attempt); });
}

}  // namespace kazoo::detail::recipe
