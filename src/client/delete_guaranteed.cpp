// SPDX-License-Identifier: Apache-2.0
#include "client/guaranteed_operations.hpp"
#include "client/operations.hpp"
#include "client/pipelining.hpp"
#include "client/repeated_steps.hpp"
#include "client/server_path.hpp"

#include <kazoo/exceptions.hpp>

namespace kazoo::detail::client {
namespace {

constexpr const char* delete_operation = "delete_guaranteed";

[[noreturn]] void throw_ended(
    const Failure& failure, const std::string& path, Outcome outcome, const char* detail = ""
) {
    auto error = failure.error().operation(delete_operation).path(path).outcome(outcome);
    if (*detail != '\0') {
        error.detail(detail);
    }
    throw_error(error);
}

/// Throws what must be known before anything is sent. Full queues do not matter: the deletion waits
/// until there is room.
void check_call(const Core& core, const OwnedPath& path, const CallContext& context) {
    auto refused = core.early_end(context);
    if (!refused) {
        refused = ServerPath(path.view(), core.chroot()).error();
    }
    if (!refused && is_root(core, path.text())) {
        refused = root_cannot_be_deleted();
    }
    if (refused) {
        throw_error(refused->operation(delete_operation).path(path.text()));
    }
}

/// Continues a deletion that no caller waits for.
AsyncResult<void> finish_deletion(
    std::shared_ptr<Core> core,
    std::string path,
    std::int64_t czxid,
    [[maybe_unused]] GuaranteedSlot slot
) {
    const auto end = core->run_token();
    Failure failed;
    try {
        const auto deletion = delete_until_gone(core, path, czxid, without_limits(*core));
        co_await direct(deletion);
    } catch (...) {
        failed = Failure::in_flight();
    }
    if (failed) {
        log_in_background(
            *core,
            "a guaranteed delete has ended, and its node may still exist",
            failed,
            end.stop_requested()
        );
    }
}

}  // namespace

/// Each try reads the stat and deletes the version that it has read, so that a node that replaced
/// the wanted one before the read is left alone. The sync precedes the read, because a server that
/// lags behind would show the old node after it has been replaced, or not show it yet. Between the
/// read and the deletion the version alone protects a new node: servers have no operation that
/// compares the czxid, and a new node has version 0 again.
AsyncResult<void> delete_until_gone(
    std::shared_ptr<Core> core, std::string path, std::int64_t czxid, CallContext context
) {
    Pauses pauses(*core);
    bool may_be_deleted = false;  // the reply to a deletion was lost
    int changes = 0;
    for (;;) {
        Failure failed;
        bool deleting = false;
        try {
            const auto synced = sync(*core, path, context);
            const auto looked = exists(*core, path, Watcher(), context);  // sent with the sync
            co_await direct(synced);
            const auto stat = co_await direct(looked);
            if (!stat || stat->czxid != czxid) {
                co_return;
            }
            deleting = true;
            const auto deletion = delete_node(*core, path, stat->version, context);
            co_await direct(deletion);
            co_return;
        } catch (...) {
            failed = Failure::in_flight();
        }
        if (deleting && failed.code() == Errc::no_node) {
            co_return;
        }
        if (deleting && failed.code() == Errc::bad_version && ++changes < most_rounds) {
            continue;  // its data was set meanwhile
        }
        may_be_deleted = may_be_deleted || (deleting && failed.outcome() == Outcome::unknown);
        const auto outcome = may_be_deleted                          ? Outcome::unknown
                             : failed.outcome() == Outcome::not_sent ? Outcome::not_sent
                                                                     : Outcome::not_applied;
        if (failed.is_of_the_caller() || !failed.is_passing() || pauses.client_has_ended()) {
            throw_ended(failed, path, outcome);
        }
        Failure interrupted;
        try {
            const auto pause = pauses.next(context);
            co_await direct(pause);
        } catch (...) {
            interrupted = Failure::in_flight();
        }
        if (pauses.ended_by(interrupted)) {
            throw_ended(interrupted, path, outcome);
        }
    }
}

AsyncResult<void> delete_guaranteed(
    std::shared_ptr<Core> core, OwnedPath path, std::int64_t czxid, CallContext context
) {
    check_call(*core, path, context);
    const auto slot = take_slot(core, delete_operation, path.text());
    Failure failed;
    try {
        const auto deletion = delete_until_gone(core, path.text(), czxid, context);
        co_await direct(deletion);
    } catch (...) {
        failed = Failure::in_flight();
    }
    if (!failed) {
        co_return;
    }
    if (!failed.is_of_the_caller()) {
        throw_ended(failed, path.text(), failed.outcome());
    }
    const bool goes_on = begin_in_background([&] {
        static_cast<void>(finish_deletion(core, path.text(), czxid, slot));
    });
    throw_ended(
        failed,
        path.text(),
        Outcome::unknown,
        goes_on ? "the deletion goes on in the background"
                : "the deletion has ended, because there is no memory to go on in the background"
    );
}

}  // namespace kazoo::detail::client
