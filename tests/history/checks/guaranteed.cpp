// SPDX-License-Identifier: Apache-2.0
#include "history/checks/guaranteed.hpp"

#include <kazoo/errors.hpp>

namespace kazoo::history {
namespace {

/// Returns whether the call goes on in the background although it has failed.
bool goes_on(const Call& call) {
    return call.outcome == Outcome::unknown &&
           (call.error == Errc::operation_timeout || call.error == ClientErrc::cancelled);
}

void check_delete(const Call& call, const Chronicle& chronicle, Verdict& verdict) {
    const auto& node = chronicle.of(call.path).back();
    if (!node.exists || node.czxid != call.czxid) {
        return;
    }
    if (call.good()) {
        verdict.fail(describe(call) + ": succeeded, but the node exists");
    } else if (goes_on(call) && !call.abandoned) {
        verdict.fail(describe(call) + ": was accepted, but the node still exists");
    }
}

/// An ephemeral node belongs to the session that has created it, and that session has delivered the
/// reply. The author has no session if the server had deferred the request.
void check_owner(const Call& call, const Write& write, std::int64_t owner, Verdict& verdict) {
    const auto author = write.author.session;
    const auto said = call.stat ? call.stat->ephemeral_owner : owner;
    const bool right = call.ephemeral ? owner != 0 && owner == call.session &&
                                            (author == 0 || owner == author) && owner == said
                                      : owner == 0 && said == 0;
    if (!right) {
        verdict.fail(
            describe(call) + ": its node belongs to session " + std::to_string(owner) +
            ", was created by " + std::to_string(author) + ", and is said to belong to " +
            std::to_string(said) + " in session " + std::to_string(call.session)
        );
    }
}

void check_create(const Call& call, const Chronicle& chronicle, Verdict& verdict) {
    for (const auto* write : chronicle.of_data(call.data)) {
        const auto& made = chronicle.of(write->path, write->zxid);
        if (call.good()) {
            check_owner(call, *write, made.owner, verdict);
            continue;
        }
        const auto& last = chronicle.of(write->path).back();
        if (!may_be_executed_late(call) && last.exists && last.czxid == write->zxid &&
            !call.abandoned) {
            verdict.fail(describe(call) + ": failed, but has left " + write->path);
        }
    }
}

}  // namespace

bool may_be_executed_late(const Call& create) noexcept {
    return create.guarded && create.session_lost && !create.ephemeral;
}

bool is_protected_path(std::string_view path, const Call& create) {
    const std::string_view wanted = create.path;
    const auto name = wanted.rfind('/') + 1;
    if (!create.guarded || !path.starts_with(wanted.substr(0, name))) {
        return false;
    }
    const auto made = path.substr(name);
    const auto end = std::string("-") + create.path.substr(name);
    return made.starts_with("_c_") &&
           (create.sequence ? made.find(end) != std::string_view::npos : made.ends_with(end));
}

bool may_delete(const Call& call, const Write& deletion, const Chronicle& chronicle) {
    if (deletion.kind != Write::Kind::remove) {
        return false;
    }
    const auto& deleted = chronicle.of(deletion.path, deletion.zxid - 1);
    if (call.guarded) {
        return !call.good() && deleted.exists && deleted.data == call.data;
    }
    if (deletion.path != call.path || !deleted.exists) {
        return false;
    }
    if (deleted.czxid == call.czxid) {
        return true;
    }
    if (deleted.czxid <= call.zxid_when_called) {
        return false;
    }
    for (const auto& node : chronicle.of(call.path)) {
        if (node.exists && node.czxid == call.czxid && node.version == deleted.version) {
            return true;
        }
    }
    return false;
}

void check_guaranteed(const std::deque<Call>& calls, const Chronicle& chronicle, Verdict& verdict) {
    for (const auto& call : calls) {
        if (!call.over()) {
            continue;
        }
        if (call.act == Act::remove_guaranteed) {
            check_delete(call, chronicle, verdict);
        } else if (call.guarded) {
            check_create(call, chronicle, verdict);
        }
    }
}

}  // namespace kazoo::history
