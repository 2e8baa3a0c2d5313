#include "client/steps.hpp"

#include "client/calls.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/paths.hpp>

#include <utility>
#include <vector>

namespace kazoo::client {
namespace {

/// How often somebody may remove the parents while we create them.
constexpr int rounds = 16;

/// Whether a node is there; one that may not be looked at is.
AsyncResult<bool> is_there(std::shared_ptr<Core> core, std::string path, CallLimits limits) {
    bool there = true;
    try {
        const auto stat = co_await direct(exists(*core, path, Watcher(), limits));
        there = stat.has_value();
    } catch (const NoAuthError&) {
    }
    co_return there;
}

enum class Made { created, was_there, no_parent };

AsyncResult<Made> make_one(
    std::shared_ptr<Core> core, std::string path, AclList acl, CallLimits limits
) {
    auto made = Made::created;
    const CreateOptions plain;
    try {
        co_await direct(create(*core, path, DataView(), plain, acl, limits));
    } catch (const NodeExistsError&) {
        made = Made::was_there;
    } catch (const NoNodeError&) {
        made = Made::no_parent;
    }
    co_return made;
}

template <class T, class Create>
AsyncResult<T> with_parents(
    std::shared_ptr<Core> core,
    std::string path,
    OwnedData data,
    CreateOptions options,
    AclList acl,
    CallLimits limits,
    Create create_it
) {
    for (int round = 0;; ++round) {
        try {
            T created = co_await direct(create_it(*core, path, data.view(), options, acl, limits));
            co_return created;
        } catch (const NoNodeError&) {
            if (round == rounds || parent_path(path) == "/") {
                throw;
            }
        }
        std::string parent(parent_path(path));
        co_await direct(ensure_path(core, std::move(parent), acl, limits));
    }
}

}  // namespace

AsyncResult<bool> ensure_path(
    std::shared_ptr<Core> core, std::string path, AclList acl, CallLimits limits
) {
    path = normalize_path(path);
    // Up to the first node that is there, then down again.
    std::vector<std::string> missing;
    for (std::string at = path; at != "/"; at = std::string(parent_path(at))) {
        const bool there = co_await direct(is_there(core, at, limits));
        if (there) {
            break;
        }
        missing.push_back(at);
    }
    bool created = false;
    for (int round = 0; !missing.empty();) {
        const auto made = co_await direct(make_one(core, missing.back(), acl, limits));
        if (made != Made::no_parent) {
            created = created || (made == Made::created && missing.size() == 1);
            missing.pop_back();
            continue;
        }
        // Somebody removed the parent meanwhile, or the chroot itself is missing.
        std::string parent(parent_path(missing.back()));
        if (++round > rounds || parent == "/") {
            throw_error(Error(
                Errc::no_node,
                Outcome::not_applied,
                "ensure_path",
                path,
                "the parent of " + missing.back() + " does not exist"
            ));
        }
        missing.push_back(std::move(parent));
    }
    co_return created;
}

AsyncResult<std::string> create_makepath(
    std::shared_ptr<Core> core,
    std::string path,
    OwnedData data,
    CreateOptions options,
    AclList acl,
    CallLimits limits
) {
    return with_parents<std::string>(
        std::move(core),
        std::move(path),
        std::move(data),
        std::move(options),
        std::move(acl),
        std::move(limits),
        create
    );
}

AsyncResult<CreatedNode> create_makepath_with_stat(
    std::shared_ptr<Core> core,
    std::string path,
    OwnedData data,
    CreateOptions options,
    AclList acl,
    CallLimits limits
) {
    return with_parents<CreatedNode>(
        std::move(core),
        std::move(path),
        std::move(data),
        std::move(options),
        std::move(acl),
        std::move(limits),
        create_with_stat
    );
}

AsyncResult<void> delete_recursive(
    std::shared_ptr<Core> core, std::string path, CallLimits limits
) {
    // A stack of its own: the depth of a tree is the user's.
    std::vector<std::string> stack{normalize_path(path)};
    for (int refused = 0; !stack.empty();) {
        const std::string at = stack.back();
        try {
            co_await direct(delete_node(*core, at, -1, limits));
            stack.pop_back();
            continue;
        } catch (const NoNodeError&) {
            stack.pop_back();
            continue;
        } catch (const NotEmptyError&) {
            if (++refused > 1000000) {
                throw;
            }
        }
        try {
            const auto children = co_await direct(get_children(*core, at, Watcher(), limits));
            for (const auto& child : children) {
                stack.push_back(join_path(at, child));
            }
        } catch (const NoNodeError&) {
            // gone since
        }
    }
}

}  // namespace kazoo::client
