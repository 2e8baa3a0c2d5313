// SPDX-License-Identifier: Apache-2.0
#include "checks/cleanup.hpp"

#include <kazoo/errors.hpp>

namespace kazoo::sim {
namespace {

std::string describe(const Cleanup& cleanup) {
    auto text =
        "client" + std::to_string(cleanup.client) + ": program " + std::to_string(cleanup.number);
    return cleanup.path.empty() ? text : text + " with node " + cleanup.path;
}

bool deletion_can_be_cancelled(const Cleanup& cleanup) {
    return cleanup.protection == Cleanup::Protection::reset && cleanup.cancelled_late;
}

void check_deletion(const Cleanup& cleanup, const Chronicle& chronicle, Verdict& verdict) {
    if (cleanup.deletion_error == ClientErrc::cancelled && !deletion_can_be_cancelled(cleanup)) {
        return verdict.fail(describe(cleanup) + ": its protected deletion was cancelled");
    }
    if (cleanup.deleted && chronicle.of(cleanup.path).back().exists) {
        return verdict.fail(describe(cleanup) + ": deleted its node, which still exists");
    }
    if (!cleanup.deleted && !cleanup.abandoned && !deletion_can_be_cancelled(cleanup)) {
        verdict.fail(
            describe(cleanup) + ": ended without deleting it: " + cleanup.deletion_error.message()
        );
    }
}

}  // namespace

void cancel(Cleanup& cleanup, const AsyncResult<void>& program) {
    const bool deleting = cleanup.phase == Cleanup::Phase::deleting;
    const bool in_section = deleting && cleanup.protection == Cleanup::Protection::section;
    const bool was_ready = program.ready();
    cleanup.cancelled_late = cleanup.cancelled_late || deleting;
    if (program.cancel()) {
        cleanup.cancelled = true;
        cleanup.cancelled_nothing = cleanup.cancelled_nothing || in_section || was_ready;
    }
}

void check_cleanup(const Cleanup& cleanup, const Chronicle& chronicle, Verdict& verdict) {
    if (!cleanup.over) {
        return verdict.fail(describe(cleanup) + ": hangs");
    }
    if (cleanup.cancelled_nothing) {
        verdict.fail(describe(cleanup) + ": cancel() returned true and cannot have had an effect");
    }
    if (cleanup.cancelled && cleanup.error != ClientErrc::cancelled) {
        verdict.fail(
            describe(cleanup) +
            ": cancelled, and its result is not CancelledError but: " + cleanup.error.message()
        );
    }
    if (!cleanup.path.empty()) {
        check_deletion(cleanup, chronicle, verdict);
    }
}

}  // namespace kazoo::sim
