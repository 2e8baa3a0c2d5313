// SPDX-License-Identifier: Apache-2.0
#include "recipe/lock/creation.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/paths.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace kazoo::detail::recipe {
namespace {

constexpr std::size_t max_sequence_digits = 20;

CreateOptions create_options(const LockOptions& options) {
    auto create =
        CreateOptions().ephemeral(options.is_ephemeral()).sequence().protect_unique_name();
    if (options.acl()) {
        create.acl(*options.acl());
    }
    return create;
}

/// Returns the session of a node that has just been created. If the session has changed since the
/// reply, the node is found to be missing, or to belong to another session, later.
std::int64_t session_of_new_node(const Locking& locking) noexcept {
    constexpr std::int64_t ended = -1;
    const auto present = locking.present_session();
    return present == 0 ? ended : present;
}

}  // namespace

// Not create2, which returns the czxid and the owner: servers before 3.5 and ClickHouse Keeper
// close the connection instead, and with it, in the case of Keeper, the session. Both are read when
// the turn has come.
AsyncResult<NodePtr> create_node(std::shared_ptr<Locking> locking, CallOptions options) {
    const auto node = std::make_shared<OwnNode>();
    const auto path = locking->path_of(locking->names().make(*locking->handler()));
    node->name.reserve(path.size() + max_sequence_digits);  // nothing may throw after the create
    auto creation = locking->client().call([&](KazooClient& client) {
        const auto& lock = locking->options();
        return client.create_async(path, lock.identifier(), create_options(lock), options);
    });
    co_await until_ready(creation);
    node->name = node_name(value_in(creation));
    if (locking->options().is_ephemeral()) {
        node->session = session_of_new_node(*locking);
    }
    NodePtr own = node;
    co_return own;
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
