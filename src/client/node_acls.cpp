// SPDX-License-Identifier: Apache-2.0
#include "client/node_acls.hpp"

#include "client/transaction_reply.hpp"
#include "client/transaction_request.hpp"

#include <kazoo/detail/result_state.hpp>
#include <kazoo/exceptions.hpp>
#include <kazoo/paths.hpp>

#include <algorithm>
#include <exception>
#include <new>
#include <string>
#include <utility>

namespace kazoo::detail::client {
namespace {

/// Returns what the provider gives for a path in normal form, or the default if that is nothing.
/// Throws std::bad_alloc.
Result<AclList> ask(const Core& core, const std::string& path) {
    // The caller may be a coroutine on the connection's executor, where nothing may wait.
    const LaneScope nothing_may_block(*core.handler(), Lane::session);
    try {
        auto acl = core.options().acl_provider()(path);
        return acl.empty() ? default_acl(core) : std::move(acl);
    } catch (const std::bad_alloc&) {
        throw;
    } catch (...) {
        auto error = error_from(std::current_exception());
        if (error.code() == ClientErrc::would_deadlock) {  // it says "a state listener"
            error.detail("an ACL provider must not block; return what is in memory");
        }
        auto detail = "ClientOptions::acl_provider failed for '" + path + "'";
        detail += error.detail().empty() ? "" : ": " + error.detail();
        return error.detail(std::move(detail)).outcome(Outcome::not_sent);
    }
}

/// Asks for `path` and its ancestors up to the node of the chroot. The root of the server's tree
/// always exists. Returns the error of the provider.
std::optional<Error> add_path(const Core& core, std::string path, NodeAcls& acls) {
    for (;; path = std::string(parent_path(path))) {
        if (path == "/" && core.chroot().empty()) {
            return std::nullopt;
        }
        auto acl = ask(core, path);
        if (!acl) {
            return std::move(acl).failure();
        }
        acls.add(core.chroot().absolute(path), *std::move(acl));
        if (path == "/") {
            return std::nullopt;
        }
    }
}

/// Sets the ACL of one create of a transaction. Invalid paths are reported by TransactionRequest.
std::optional<Error> set_acl(const Core& core, PathView given, CreateOptions& options) {
    const auto path = check_path(given, options.is_sequence());
    if (options.acl() || !path) {
        return std::nullopt;
    }
    auto acl = ask(core, *path);
    if (!acl) {
        return std::move(acl).failure();
    }
    options.acl(*std::move(acl));
    return std::nullopt;
}

}  // namespace

const AclList& NodeAcls::of(std::string_view server_path) const noexcept {
    const auto found =
        std::find_if(by_length_.begin(), by_length_.end(), [&](const Ancestor& ancestor) {
            return ancestor.length == server_path.size();
        });
    return found != by_length_.end() ? found->acl : usual_;
}

AclList default_acl(const Core& core) {
    const auto& set = core.options().default_acl();
    return set ? *set : open_acl_unsafe();
}

Result<NodeAcls> acls_of_create(const Core& core, PathView path, const CreateOptions& options) {
    if (options.acl()) {
        return NodeAcls(*options.acl());
    }
    NodeAcls acls(default_acl(core));
    if (!core.options().acl_provider()) {
        return acls;
    }
    const auto checked = check_path(path, options.is_sequence());
    if (!checked) {
        return acls;  // the operation reports it
    }
    auto own = ask(core, *checked);
    if (!own) {
        return std::move(own).failure();
    }
    acls.set_node(*std::move(own));
    if (options.makes_path()) {
        auto error = add_path(core, required_parent(*checked, options.is_sequence()), acls);
        if (error) {
            return *std::move(error);
        }
    }
    return acls;
}

Result<NodeAcls> acls_of_path(
    const Core& core, PathView path, const std::optional<AclList>& given
) {
    NodeAcls acls(given ? *given : default_acl(core));
    if (given || !core.options().acl_provider()) {
        return acls;
    }
    const auto checked = check_path(path);
    if (!checked) {
        return acls;  // the operation reports it
    }
    if (auto error = add_path(core, *checked, acls)) {
        return *std::move(error);
    }
    return acls;
}

SharedSteps with_acls(const Core& core, SharedSteps steps) {
    if (!core.options().acl_provider()) {
        return steps;
    }
    auto own = make_ref<TransactionSteps>(*steps);
    for (std::size_t i = 0; i < own->list.size(); ++i) {
        auto& step = own->list[i];
        if (step.kind != TransactionOp::create || step.path_from_null_pointer) {
            continue;
        }
        if (auto error = set_acl(core, step.path, step.options)) {
            throw_error(transaction_not_sent(*steps, i, *std::move(error)));
        }
    }
    if (own->marker && !own->marker->parent_from_null_pointer) {
        if (auto error = set_acl(core, marker_path(*own), own->marker->options)) {
            throw_error(transaction_not_sent(*steps, std::nullopt, *std::move(error)));
        }
    }
    return own;
}

}  // namespace kazoo::detail::client
