// SPDX-License-Identifier: Apache-2.0
#include "cli/exit_code.hpp"

#include <kazoo/transaction_result.hpp>

namespace tool {

using kazoo::ClientErrc;
using kazoo::Condition;
using kazoo::Errc;

ExitCode exit_code_of(const kazoo::Error& error) noexcept {
    if (error.transaction() != nullptr) {
        return exit_code_of(error.transaction()->reason());
    }
    const std::error_code& code = error.code();
    if (code == Errc::no_node) {
        return ExitCode::no_node;
    }
    if (code == ClientErrc::lock_lost) {
        return ExitCode::lost;
    }
    const bool not_sent = error.outcome() == kazoo::Outcome::not_sent;
    if (code == ClientErrc::configuration || (code == Errc::bad_arguments && not_sent)) {
        return ExitCode::usage;
    }
    if ((code == Errc::operation_timeout && not_sent) || code == Condition::connection_lost ||
        code == Condition::session_lost) {
        return ExitCode::not_connected;
    }
    return ExitCode::failed;
}

}  // namespace tool
