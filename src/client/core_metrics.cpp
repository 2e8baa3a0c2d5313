// SPDX-License-Identifier: Apache-2.0
// What a client shows of itself: its metrics, and the server that it is connected to. See dump.cpp
// for the text.
#include "client/core.hpp"

namespace kazoo::detail::client {
namespace {

/// Returns the outcomes of an operation, without latencies.
OperationMetrics endings_of(std::size_t index, const OutcomeCounters& outcomes) {
    const auto counts = outcomes.of(index);
    OperationMetrics metrics;
    metrics.name = session::operation_names[index];
    metrics.succeeded = counts[0];
    metrics.not_sent = counts[1 + static_cast<std::size_t>(Outcome::not_sent)];
    metrics.not_applied = counts[1 + static_cast<std::size_t>(Outcome::not_applied)];
    metrics.unknown = counts[1 + static_cast<std::size_t>(Outcome::unknown)];
    return metrics;
}

}  // namespace

ClientMetrics Core::metrics() const {
    ClientMetrics result;
    if (in_forked_child()) {
        return result;  // a thread of the parent may hold the mutex
    }
    session::Metrics measured;
    driver_.look([&](const session::Session& session) {
        measured = session.metrics().copy();
        result.connected = kazoo_state(session.state()) == KazooState::CONNECTED;
        result.requests_in_flight = session.requests_in_flight();
        result.requests_queued = session.requests() - session.requests_in_flight();
        result.watches_registered = session.watches();
        return 0;
    });
    static_cast<SessionMetrics&>(result) = measured.session;
    result.callbacks_waiting = handler_->backlog();
    result.callback_bytes_waiting = handler_->backlog_bytes();
    for (std::size_t i = 0; i < lane_count; ++i) {
        result.lane_metrics[i] = lane_probe_->of(static_cast<Lane>(i), handler_->now());
    }
    for (std::size_t i = 0; i < session::operation_count; ++i) {
        auto operation = endings_of(i, outcomes_);
        if (const auto& latencies = measured.latencies[i]) {
            operation.queued = latencies->queued;
            operation.on_the_wire = latencies->on_the_wire;
        }
        if (operation.ended() > 0 || operation.queued.count() > 0) {
            result.operations.push_back(operation);
        }
    }
    return result;
}

MetricsSource Core::metrics_source() {
    return [weak = weak_from_this()]() -> std::optional<ClientMetrics> {
        const auto core = weak.lock();
        if (!core || core->in_forked_child()) {
            return std::nullopt;
        }
        return core->metrics();
    };
}

std::optional<std::string> Core::connected_server() const {
    if (in_forked_child()) {
        return std::nullopt;
    }
    return driver_.look([](const session::Session& session) -> std::optional<std::string> {
        if (kazoo_state(session.state()) != KazooState::CONNECTED) {
            return std::nullopt;
        }
        return to_string(session.host());
    });
}

}  // namespace kazoo::detail::client
