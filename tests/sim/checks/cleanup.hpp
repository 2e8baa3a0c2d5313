// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "history.hpp"
#include "history/chronicle.hpp"
#include "history/verdict.hpp"

#include <kazoo/async_result.hpp>

#include <cstdint>
#include <string>
#include <system_error>

namespace kazoo::sim {

/// What a program did that creates a node, works, and deletes the node, even if it is cancelled.
struct Cleanup {
    enum class Phase { creating, working, deleting };
    /// What keeps an earlier cancellation away from the deletion.
    enum class Protection {
        section,  ///< this_coro::uncancellable, also against cancellations during the deletion
        reset,    ///< this_coro::reset_cancellation
        none      ///< a defect, for the self-test
    };

    std::uint32_t number = 0;
    int client = 0;
    Protection protection = Protection::section;

    Phase phase = Phase::creating;
    std::string path;        ///< of the node; empty unless its creation succeeded
    bool deleted = false;    ///< according to a server
    bool abandoned = false;  ///< the client was stopped or destroyed, so the node may be left
    bool over = false;
    std::error_code error;           ///< of the program's result
    std::error_code deletion_error;  ///< of the last attempt

    bool cancelled = false;          ///< cancel() returned true
    bool cancelled_late = false;     ///< cancel() was called during the deletion
    bool cancelled_nothing = false;  ///< cancel() returned true where it cannot cancel anything
};

/// Calls `program.cancel()` and records it.
void cancel(Cleanup& cleanup, const AsyncResult<void>& program);

/// Checks a program long after the last fault: it has ended, and has deleted its node unless its
/// client was stopped or destroyed. Cancelling it did not cancel a protected deletion.
void check_cleanup(const Cleanup& cleanup, const Chronicle& chronicle, Verdict& verdict);

}  // namespace kazoo::sim
