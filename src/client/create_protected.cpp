// SPDX-License-Identifier: Apache-2.0
#include "client/guaranteed_operations.hpp"
#include "client/operations.hpp"
#include "client/pipelining.hpp"
#include "client/protected_name.hpp"
#include "client/repeated_steps.hpp"
#include "driver/environment_source.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/paths.hpp>

#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace kazoo::detail::client {
namespace {

constexpr const char* create_operation = "create";

/// A node that a create may have left. Constant while it is looked for.
struct Sought {
    Sought(ProtectedName node_name, const CreateOptions& options)
        : name(std::move(node_name)),
          sequence(options.is_sequence()),
          ephemeral(options.is_ephemeral()) {}
    ProtectedName name;
    bool sequence;
    bool ephemeral;
    std::int64_t session = 0;  // in which the create was sent; 0: it had ended by then
};

using Found = std::vector<CreatedNode>;

[[noreturn]] void refuse_create(Error error, const std::string& path) {
    throw_error(error.operation(create_operation).path(path));
}

/// Makes the name of the node. Throws BadArgumentsError if there cannot be one.
ProtectedName make_name(const Core& core, const OwnedPath& path, const CreateOptions& options) {
    const auto checked = check_path(path.view(), options.is_sequence());
    if (!checked) {
        refuse_create(checked.failure(), path.text());
    }
    if (*checked == "/" && !options.is_sequence()) {
        const char* const why = "the root cannot be protected, because it has no name";
        refuse_create(Error(Errc::bad_arguments, Outcome::not_sent).detail(why), path.text());
    }
    if (options.has_unique_name()) {
        if (checked->ends_with('/')) {
            const char* const why = "protect_unique_name needs a name before the number";
            refuse_create(Error(Errc::bad_arguments, Outcome::not_sent).detail(why), path.text());
        }
        return ProtectedName(*checked);
    }
    auto* const handler = core.handler().get();
    return ProtectedName(*checked, {driver::random_seed(handler), driver::random_seed(handler)});
}

/// Finds the node, in the present session. A sync goes first, because a server that lags behind
/// would not show it yet.
///
/// What the reply to the sync does not show will not be created later, if the session is the one in
/// which the create was sent. That request is in one of two places. On the server of the lost
/// connection: a server that gets the same session again first closes the old connection, and keeps
/// the order of what it has read from it; any other server that gets the session makes the leader
/// refuse requests that arrive from the old one (SessionMoved). Or with the leader already: then
/// the sync follows it.
AsyncResult<Found> find(std::shared_ptr<Core> core, Sought sought, CallContext context) {
    using Names = std::vector<std::string>;
    Found found;
    const auto& parent = sought.name.parent();
    const auto synced = sync(*core, parent, context);
    Names candidates;
    if (sought.sequence) {
        const auto listed = get_children<Names>(*core, parent, Watcher(), context);
        co_await direct(synced);
        Names names;
        try {
            names = co_await direct(listed);
        } catch (const NoNodeError&) {
            co_return found;  // without a parent there is no node
        }
        for (const auto& name : names) {
            if (sought.name.is_of(name)) {
                candidates.push_back(join_path(parent, name));
            }
        }
    } else {
        candidates.push_back(sought.name.path());  // needs no permission to list the children
        co_await direct(synced);
    }
    for (auto& path : candidates) {
        const auto looked = exists(*core, path, Watcher(), context);
        const auto stat = co_await direct(looked);
        if (stat) {
            CreatedNode node;
            node.path = std::move(path);
            node.stat = *stat;
            found.push_back(std::move(node));
        }
    }
    co_return found;
}

[[noreturn]] void throw_session_lost() {
    throw_error(Error(
        Errc::session_expired,
        Outcome::unknown,
        create_operation,
        {},
        "the session ended before it was known whether the node was created"
    ));
}

/// Chooses the node of this create from what was found; nothing if it does not exist and may be
/// created again. Throws SessionExpiredError if neither can be said. Called when the reply to the
/// search has just arrived.
std::optional<CreatedNode> choose(Core& core, const Sought& sought, Found found) {
    const bool session_lost = sought.session == 0 || present_session(core) != sought.session;
    if (sought.ephemeral && session_lost) {
        throw_session_lost();  // a node that is there will go with its session
    }
    for (auto& node : found) {
        if (!sought.ephemeral || node.stat.ephemeral_owner == sought.session) {
            return std::move(node);
        }
    }
    // A server that was cut off from the others may still have the request, until it learns that
    // the session has ended. A second node of the same name is then refused, but not one with
    // another number.
    if (sought.sequence && session_lost) {
        throw_session_lost();
    }
    return std::nullopt;
}

/// How find_patiently() searches.
struct Patience {
    bool across_sessions;  ///< also after the session has ended
    bool pause_first;
};

/// Finds the node; repeats that after errors that pass.
AsyncResult<Found> find_patiently(
    std::shared_ptr<Core> core, Sought sought, Patience patience, CallContext context
) {
    Pauses pauses(*core);
    for (bool pause_first = patience.pause_first;; pause_first = true) {
        Failure failed;
        if (pause_first) {
            try {
                const auto pause = pauses.next(context);
                co_await direct(pause);
            } catch (...) {
                failed = Failure::in_flight();
            }
            if (pauses.ended_by(failed)) {
                throw_error(failed.error());
            }
            failed = Failure();
        }
        try {
            const auto search = find(core, sought, context);
            auto found = co_await direct(search);
            co_return found;
        } catch (...) {
            failed = Failure::in_flight();
        }
        if (!patience.across_sessions && failed.code() == Errc::session_expired) {
            throw_session_lost();
        }
        if (failed.is_of_the_caller() || !failed.is_passing() || pauses.client_has_ended()) {
            throw_error(failed.error());
        }
    }
}

/// Deletes in the background what a create may have left, in whatever session. The name is used by
/// this create alone, so that the deletion cannot meet a node of others; the owner is checked in
/// case that another client has copied the name.
AsyncResult<void> clean_up(
    std::shared_ptr<Core> core, Sought sought, [[maybe_unused]] GuaranteedSlot slot
) {
    const auto end = core->run_token();
    const auto context = without_limits(*core);
    Failure failed;
    try {
        constexpr Patience patience{true, false};
        const auto search = find_patiently(core, sought, patience, context);
        const auto found = co_await direct(search);
        for (const auto& node : found) {
            if (!sought.ephemeral || sought.session == 0 ||
                node.stat.ephemeral_owner == sought.session) {
                const auto deletion = delete_until_gone(core, node.path, node.stat.czxid, context);
                co_await direct(deletion);
            }
        }
    } catch (...) {
        failed = Failure::in_flight();
    }
    const bool stopped = end.stop_requested();
    if (failed && !(stopped && sought.ephemeral)) {  // else the node ends with the session
        log_in_background(
            *core, "a protected create was given up, and its node may still exist", failed, stopped
        );
    }
}

/// Ends a create whose outcome is not known.
[[noreturn]] void give_up(
    const std::shared_ptr<Core>& core,
    const Sought& sought,
    const GuaranteedSlot& slot,
    const Failure& failure,
    const std::string& path
) {
    const bool begun =
        begin_in_background([&] { static_cast<void>(clean_up(core, sought, slot)); });
    auto error = failure.error().operation(create_operation).path(path).outcome(Outcome::unknown);
    std::string detail = error.detail();
    detail += detail.empty() ? "" : "; ";
    detail += begun ? "if the node was created, it is deleted in the background"
                    : "the node may exist, because there is no memory to delete it";
    throw_error(error.detail(std::move(detail)));
}

/// Throws the error of a create that has not left a node.
[[noreturn]] void throw_failed(
    const Failure& failure, const std::string& unique, const std::string& path, Outcome outcome
) {
    auto error = failure.error().outcome(outcome);
    if (error.path() == unique) {
        error.path(path);  // as the caller has written it
    }
    throw_error(error);
}

/// Returns whether a node may exist, or may be created again, after a create has failed.
/// `searched`: a search has found none before that create.
bool is_in_doubt(const Sought& sought, const Failure& failed, bool searched) noexcept {
    if (failed.outcome() == Outcome::unknown) {
        return true;
    }
    if (!searched || failed.is_of_the_caller()) {
        return false;
    }
    const bool session_lost = sought.ephemeral && failed.code() == Errc::session_expired;
    return failed.code() == Errc::node_exists || (failed.is_passing() && !session_lost);
}

template <class T>
T value_of(CreatedNode node) {
    if constexpr (std::is_same_v<T, std::string>) {
        return std::move(node.path);
    } else {
        return node;
    }
}

}  // namespace

template <class T>
AsyncResult<T> create_protected(
    std::shared_ptr<Core> core,
    OwnedPath path,
    OwnedData data,
    CreateOptions options,
    NodeAcls acls,
    CallContext context
) {
    Sought sought(make_name(*core, path, options), options);
    const auto slot = take_slot(core, create_operation, path.text());
    const OwnedPath unique(sought.name.path());
    bool searched = false;
    for (int round = 0;; ++round) {
        Failure failed;
        AsyncResult<T> creation;
        try {
            creation =
                options.makes_path()
                    ? create_makepath<T>(core, unique, data, options, acls, context)
                    : create<T>(*core, unique.view(), data.view(), options, acls.node(), context);
            T created = co_await direct(creation);
            co_return created;
        } catch (...) {
            failed = Failure::in_flight();
        }
        if (creation.valid() && creation.successful()) {
            failed.note_sent();  // there was no memory to copy its value
        }
        if (!is_in_doubt(sought, failed, searched) ||
            (failed.code() == Errc::node_exists && round > most_rounds)) {
            throw_failed(failed, unique.text(), path.text(), failed.outcome());
        }
        sought.session = present_session(*core);
        Failure given_up = failed.is_of_the_caller() ? failed : Failure();
        std::optional<CreatedNode> node;
        if (!given_up) {
            try {
                const Patience patience{!sought.ephemeral, round > 0};
                const auto search = find_patiently(core, sought, patience, context);
                auto found = co_await direct(search);
                node = choose(*core, sought, std::move(found));
            } catch (...) {
                given_up = Failure::in_flight();
            }
        }
        if (given_up) {
            give_up(core, sought, slot, given_up, path.text());
        }
        if (node) {
            co_return value_of<T>(std::move(*node));
        }
        searched = true;
        if (!failed.is_passing() && failed.code() != Errc::node_exists) {
            throw_failed(failed, unique.text(), path.text(), Outcome::not_applied);
        }
    }
}
template AsyncResult<std::string> create_protected(
    std::shared_ptr<Core>, OwnedPath, OwnedData, CreateOptions, NodeAcls, CallContext
);
template AsyncResult<CreatedNode> create_protected(
    std::shared_ptr<Core>, OwnedPath, OwnedData, CreateOptions, NodeAcls, CallContext
);

}  // namespace kazoo::detail::client
