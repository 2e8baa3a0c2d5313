// SPDX-License-Identifier: Apache-2.0
#include "session/metrics.hpp"

namespace kazoo::session {

LossReason loss_reason(const std::error_code& error) noexcept {
    if (error == ClientErrc::protocol_error) {
        return LossReason::protocol_error;
    }
    if (error.category() == zookeeper_category()) {
        return LossReason::refused;
    }
    return error == std::errc::timed_out ? LossReason::silent : LossReason::closed;
}

}  // namespace kazoo::session
