#include "client/multi_step_operations.hpp"

#include "client/operations.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/paths.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace kazoo::detail::client {
namespace {

/// How often to start over when other clients remove nodes that were just created, or create nodes
/// below one that is being deleted.
constexpr int rounds = 16;

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

/// Returns the parent that a node to be created needs. That of a sequence node whose name is digits
/// alone ("/parent/") is the path itself.
std::string required_parent(const std::string& path, bool sequence) {
    const auto whole = normalize_path(path);
    return sequence && path.ends_with('/') ? whole : std::string(parent_path(whole));
}

/// Deletes one node. Returns false if it has children, true if it does not exist.
AsyncResult<bool> delete_one(std::shared_ptr<Core> core, std::string path, CallContext context) {
    bool gone = true;
    try {
        co_await direct(delete_node(*core, path, -1, context));
    } catch (const NoNodeError&) {
    } catch (const NotEmptyError&) {
        gone = false;
    }
    co_return gone;
}

/// Deletes the children of a node, with many requests under way at a time. Returns those that have
/// children themselves.
AsyncResult<std::vector<std::string>> delete_children(
    std::shared_ptr<Core> core, std::string path, CallContext context
) {
    constexpr std::size_t at_once = 1000;  // requests under way
    std::vector<std::string> children;
    try {
        children =
            co_await direct(get_children<std::vector<std::string>>(*core, path, Watcher(), context)
            );
    } catch (const NoNodeError&) {
    }
    std::vector<std::string> left;
    for (std::size_t first = 0; first < children.size(); first += at_once) {
        const auto end = std::min(children.size(), first + at_once);
        std::vector<AsyncResult<bool>> deletions;
        for (std::size_t i = first; i < end; ++i) {
            children[i] = join_path(path, children[i]);
            deletions.push_back(delete_one(core, children[i], context));
        }
        for (std::size_t i = first; i < end; ++i) {
            const bool gone = co_await direct(deletions[i - first]);
            if (!gone) {
                left.push_back(children[i]);
            }
        }
    }
    co_return left;
}

}  // namespace

AsyncResult<bool> ensure_path(
    std::shared_ptr<Core> core, OwnedPath client_path, AclList acl, CallContext context
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
        const auto made = co_await direct(make_one(core, missing.back(), acl, context));
        if (made != Made::no_parent) {
            // Only the node itself counts, not its ancestors.
            created = created || (made == Made::created && missing.size() == 1);
            missing.pop_back();
            continue;
        }
        // Another client has removed the parent meanwhile.
        std::string parent(parent_path(missing.back()));
        if (++round > rounds || parent == "/") {
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
    AclList acl,
    CallContext context
) {
    const OwnedPath parent(required_parent(path.text(), options.is_sequence()));
    for (int round = 0;; ++round) {
        try {
            T created =
                co_await direct(create<T>(*core, path.view(), data.view(), options, acl, context));
            co_return created;
        } catch (const NoNodeError&) {
            // The root always exists, so that creating the parents would not help.
            if (round == rounds || (parent.text() == "/" && core->chroot().empty())) {
                throw;
            }
        }
        co_await direct(ensure_path(core, parent, acl, context));
    }
}
template AsyncResult<std::string> create_makepath(
    std::shared_ptr<Core>, OwnedPath, OwnedData, CreateOptions, AclList, CallContext
);
template AsyncResult<CreatedNode> create_makepath(
    std::shared_ptr<Core>, OwnedPath, OwnedData, CreateOptions, AclList, CallContext
);

AsyncResult<void> delete_recursive(
    std::shared_ptr<Core> core, OwnedPath path, CallContext context
) {
    const auto checked = check_path(path.view());
    if (!checked) {
        throw_error(Error(checked.failure()).operation("delete_recursive"));
    }
    if (is_root(*core, *checked)) {
        throw_error(root_cannot_be_deleted().operation("delete_recursive").path(path.text()));
    }
    // An explicit stack: the depth of the tree must not be limited by that of the call stack. The
    // number counts the attempts at a node.
    std::vector<std::pair<std::string, int>> stack{{*checked, 0}};
    // Each node is deleted first and its children are listed only if that fails: most nodes of a
    // tree are leaves, which then take one request.
    while (!stack.empty()) {
        const auto at = stack.back().first;
        const bool gone = co_await direct(delete_one(core, at, context));
        if (gone) {
            stack.pop_back();
            continue;
        }
        if (++stack.back().second > rounds) {
            throw_error(Error(
                Errc::not_empty,
                Outcome::not_applied,
                "delete_recursive",
                at,
                "other clients keep creating children"
            ));
        }
        auto left = co_await direct(delete_children(core, at, context));
        for (auto& child : left) {
            stack.emplace_back(std::move(child), 0);
        }
    }
}

}  // namespace kazoo::detail::client
