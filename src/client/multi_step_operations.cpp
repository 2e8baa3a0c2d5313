// SPDX-License-Identifier: Apache-2.0
#include "client/multi_step_operations.hpp"

#include "client/operations.hpp"
#include "client/pipelining.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/paths.hpp>

#include <utility>
#include <vector>

namespace kazoo::detail::client {
namespace {

/// Returns whether a node exists. One that the client is not allowed to read does.
AsyncResult<bool> is_there(std::shared_ptr<Core> core, std::string path, CallContext context) {
    bool there = true;
    try {
        const auto stat = co_await direct(exists(*core, path, Watcher(), context));
        there = stat.has_value();
    } catch (const NoAuthError&) {
    }
    co_return there;
}

enum class Made { created, was_there, no_parent };

AsyncResult<Made> make_one(
    std::shared_ptr<Core> core, std::string path, AclList acl, CallContext context
) {
    auto made = Made::created;
    const CreateOptions plain;
    try {
        co_await direct(create<std::string>(*core, path, DataView(), plain, acl, context));
    } catch (const NodeExistsError&) {
        made = Made::was_there;
    } catch (const NoNodeError&) {
        made = Made::no_parent;
    }
    co_return made;
}

}  // namespace

AsyncResult<bool> ensure_path(
    std::shared_ptr<Core> core, OwnedPath client_path, NodeAcls acls, CallContext context
) {
    const auto checked = check_path(client_path.view());
    if (!checked) {
        throw_error(Error(checked.failure()).operation("ensure_path"));
    }
    // Works on server paths, because the nodes of the chroot may have to be created, too.
    const auto path = core->chroot().absolute(*checked);
    context.server_paths = true;
    // Upwards to the first ancestor that exists, then downwards again.
    std::vector<std::string> missing;
    for (std::string at = path; at != "/"; at = std::string(parent_path(at))) {
        const bool there = co_await direct(is_there(core, at, context));
        if (there) {
            break;
        }
        missing.push_back(at);
    }
    bool created = false;
    for (int round = 0; !missing.empty();) {
        const auto made =
            co_await direct(make_one(core, missing.back(), acls.of(missing.back()), context));
        if (made != Made::no_parent) {
            // Only the node itself counts, not its ancestors.
            created = created || (made == Made::created && missing.size() == 1);
            missing.pop_back();
            continue;
        }
        // Another client has removed the parent meanwhile.
        std::string parent(parent_path(missing.back()));
        if (++round > most_rounds || parent == "/") {
            throw_error(Error(
                Errc::no_node,
                Outcome::not_applied,
                "ensure_path",
                core->chroot().strip(path),
                "other clients keep deleting the parent nodes"
            ));
        }
        missing.push_back(std::move(parent));
    }
    co_return created;
}

/// Creates the node first, and the parents only if that fails: usually they exist.
template <class T>
AsyncResult<T> create_makepath(
    std::shared_ptr<Core> core,
    OwnedPath path,
    OwnedData data,
    CreateOptions options,
    NodeAcls acls,
    CallContext context
) {
    const OwnedPath parent(required_parent(path.text(), options.is_sequence()));
    for (int round = 0;; ++round) {
        try {
            const auto creation =
                create<T>(*core, path.view(), data.view(), options, acls.node(), context);
            T created = co_await direct(creation);
            co_return created;
        } catch (const NoNodeError&) {
            // The root always exists, so that creating the parents would not help.
            if (round == most_rounds || (parent.text() == "/" && core->chroot().empty())) {
                throw;
            }
        }
        co_await direct(ensure_path(core, parent, acls, context));
    }
}
template AsyncResult<std::string> create_makepath(
    std::shared_ptr<Core>, OwnedPath, OwnedData, CreateOptions, NodeAcls, CallContext
);
template AsyncResult<CreatedNode> create_makepath(
    std::shared_ptr<Core>, OwnedPath, OwnedData, CreateOptions, NodeAcls, CallContext
);

}  // namespace kazoo::detail::client
