// SPDX-License-Identifier: Apache-2.0
#include "session/metrics.hpp"

namespace kazoo::session {

Metrics Metrics::copy() const {
    Metrics other;
    other.session = session;
    for (std::size_t i = 0; i < operation_count; ++i) {
        if (latencies[i]) {
            other.latencies[i] = std::make_unique<Latencies>(*latencies[i]);
        }
    }
    return other;
}

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
