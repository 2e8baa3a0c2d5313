// SPDX-License-Identifier: Apache-2.0
#include "history/checks/errors.hpp"

#include "history/checks/transactions.hpp"

#include <kazoo/paths.hpp>

#include <string>

namespace kazoo::history {
namespace {

bool may_happen_to_any(const std::error_code& code) {
    return code == Errc::connection_loss || code == Errc::session_expired ||
           code == Errc::operation_timeout || code == ClientErrc::connection_closed ||
           code == ClientErrc::cancelled || code == ClientErrc::queue_full ||
           code == ClientErrc::ensemble_behind;  // most servers lag
}

/// True if the error may be that of the sync of a read.
bool may_happen_to_consistent(const Call& call) {
    return (call.latest || call.at_least > 0) &&
           (call.error == Errc::not_read_only || call.error == ClientErrc::stale_read);
}

bool may_happen(const Call& call) {
    const auto& code = call.error;
    if (may_happen_to_any(code)) {
        return true;
    }
    switch (call.act) {
        case Act::create:
            return code == Errc::node_exists || code == Errc::no_node ||
                   code == Errc::no_children_for_ephemerals || code == Errc::not_read_only;
        case Act::set:
            return code == Errc::no_node || code == Errc::bad_version ||
                   code == Errc::not_read_only;
        case Act::remove:
            return code == Errc::no_node || code == Errc::bad_version || code == Errc::not_empty ||
                   code == Errc::not_read_only;
        case Act::transaction:
            return code == ClientErrc::transaction_failed || code == Errc::not_read_only;
        case Act::exists:
            return code == ClientErrc::too_many_watches || may_happen_to_consistent(call);
        case Act::get:
        case Act::children:
            return code == Errc::no_node || code == ClientErrc::too_many_watches ||
                   may_happen_to_consistent(call);
        case Act::sync:
        case Act::applied:
        case Act::forget:
            return code == Errc::not_read_only;
        case Act::children_with_data:
            return code == Errc::no_node;
        case Act::create_or_set:
            return code == Errc::no_node || code == Errc::no_children_for_ephemerals ||
                   code == Errc::not_read_only;
        case Act::ensure_path:
            return code == Errc::no_node || code == Errc::no_children_for_ephemerals ||
                   code == Errc::not_read_only;
        case Act::remove_guaranteed:
            return code == Errc::not_empty || code == Errc::bad_version ||
                   code == Errc::not_read_only;
        case Act::remove_tree:
            return code == Errc::not_empty || code == Errc::not_read_only;
        case Act::multi_read:
        case Act::add_auth:
        case Act::command:
        case Act::check:
            return false;
    }
    return false;
}

/// True if the node satisfied `predicate` at some moment between call and reply.
template <class Predicate>
bool was(const Call& call, const Chronicle& chronicle, std::string_view path, Predicate predicate) {
    const auto& history = chronicle.of(path);
    for (std::size_t i = 0; i < history.size(); ++i) {
        const bool begun = history[i].time <= call.completed;
        const bool lasted = i + 1 == history.size() || history[i + 1].time >= call.called;
        if (begun && lasted && predicate(history[i])) {
            return true;
        }
    }
    return false;
}

/// True if the node's state justified the server's refusal at some moment.
bool is_right(const Call& call, const Chronicle& chronicle) {
    const auto node_was = [&](auto predicate) {
        return was(call, chronicle, call.path, predicate);
    };
    const auto parent_was = [&](auto predicate) {
        return was(call, chronicle, std::string(parent_path(call.path)), predicate);
    };
    const auto absent = [](const Snapshot& node) { return !node.exists; };
    if (call.error == Errc::not_read_only) {
        return true;
    }
    if (call.act == Act::create) {
        if (call.error == Errc::no_node) {
            return parent_was(absent);
        }
        if (call.error == Errc::node_exists) {
            return !call.sequence && node_was([](const Snapshot& node) { return node.exists; });
        }
        return parent_was([](const Snapshot& node) { return node.exists && node.owner != 0; });
    }
    if (call.error == Errc::no_node) {
        return node_was(absent);
    }
    if (call.error == Errc::bad_version) {
        return call.version != -1 && node_was([&](const Snapshot& node) {
                   return node.exists && node.version != call.version;
               });
    }
    return node_was([](const Snapshot& node) { return !node.children.empty(); });
}

/// Checks what follows from the error alone. Losing the session or the connection allows any
/// outcome.
bool outcome_is_right(const Call& call) {
    const bool reads = is_read(call.act) || call.act == Act::multi_read;
    if (reads && call.outcome == Outcome::unknown) {
        // The result of several requests does not say more.
        return call.error == ClientErrc::cancelled && (call.latest || call.at_least > 0);
    }
    if (call.error == ClientErrc::connection_closed || call.error == ClientErrc::queue_full ||
        call.error == ClientErrc::too_many_watches) {
        return call.outcome == Outcome::not_sent;
    }
    return !call.replied() || call.outcome == Outcome::not_applied;
}

}  // namespace

void check_error(const Call& call, const Chronicle& chronicle, Verdict& verdict) {
    if (!call.over() || !call.error) {
        return;
    }
    if (!may_happen(call)) {
        return verdict.fail(describe(call) + ": not an error of this call");
    }
    if (call.error == ClientErrc::transaction_failed) {
        check_refusal(call, chronicle, verdict);
    }
    if (call.multi_step_operation || call.act > Act::sync) {
        return;
    }
    if (!outcome_is_right(call)) {
        verdict.fail(describe(call) + ": not an outcome of this error");
    }
    if (is_write(call.act) && call.act != Act::transaction && call.replied() &&
        !is_right(call, chronicle)) {
        verdict.fail(describe(call) + ": refused without justification");
    }
}

}  // namespace kazoo::history
