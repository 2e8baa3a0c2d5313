// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "session/operation_index.hpp"

#include <kazoo/metrics.hpp>

#include <array>
#include <memory>
#include <system_error>

namespace kazoo::session {

/// What sessions count: plain numbers, changed only by the session's functions, which the driver
/// calls with its mutex held. One object serves all sessions of a client, one after the other.
struct Metrics {
    struct Latencies {
        LatencyHistogram queued;       ///< from the call to the write
        LatencyHistogram on_the_wire;  ///< from the write to the reply
    };

    SessionMetrics session;
    /// By operation_index(); null until prepare() is called for the operation. All of them would
    /// take most of the memory of an idle client.
    std::array<std::unique_ptr<Latencies>, operation_count> latencies;

    /// Called before requests of this operation are measured. Throws std::bad_alloc.
    void prepare(codec::Opcode op) {
        auto& own = latencies[operation_index(op)];
        if (!own) {
            own = std::make_unique<Latencies>();
        }
    }
    /// Throws std::bad_alloc.
    [[nodiscard]] Metrics copy() const;

    /// Requires prepare().
    [[nodiscard]] Latencies& of(codec::Opcode op) noexcept {
        return *latencies[operation_index(op)];
    }
    void note_loss(LossReason reason) noexcept {
        ++session.connections_lost[static_cast<std::size_t>(reason)];
    }
};

/// Returns why a connection was lost that the transport or the session has closed with this error.
[[nodiscard]] LossReason loss_reason(const std::error_code& error) noexcept;

}  // namespace kazoo::session
