// SPDX-License-Identifier: Apache-2.0
#include "prometheus/families.hpp"

#include <kazoo/handler.hpp>

#include <chrono>
#include <limits>

namespace kazoo::detail {
namespace {

using ::prometheus::MetricType;

// The upper bounds of the buckets: powers of two from 128 us to 16.8 s. Each is a bound of
// LatencyHistogram, so that no duration is in the wrong bucket.
constexpr int first_power = 7;
constexpr int last_power = 24;

double in_seconds(std::chrono::nanoseconds duration) {
    return std::chrono::duration<double>(duration).count();
}

}  // namespace

void Families::add(const ClientMetrics& metrics, const Labels& labels) {
    for (const auto& operation : metrics.operations) {
        add_operation(operation, labels);
    }
    add_session(metrics, labels);
    gauge("kazoo_connected", "Whether the client is connected.", labels, metrics.connected);
    gauge(
        "kazoo_requests_queued",
        "Requests that wait to be written.",
        labels,
        metrics.requests_queued
    );
    gauge(
        "kazoo_requests_in_flight",
        "Requests that were written and have no reply.",
        labels,
        metrics.requests_in_flight
    );
    gauge("kazoo_watches", "Registered watch functions.", labels, metrics.watches_registered);
    add_lanes(metrics, labels);
    gauge(
        "kazoo_callbacks_waiting",
        "Callbacks that wait for their lane.",
        labels,
        metrics.callbacks_waiting
    );
    gauge(
        "kazoo_callbacks_waiting_bytes",
        "Size of the replies and events that callbacks wait with.",
        labels,
        metrics.callback_bytes_waiting
    );
}

void Families::add_operation(const OperationMetrics& operation, Labels labels) {
    labels["operation"] = operation.name;
    histogram(
        "kazoo_operation_queue_seconds",
        "Time from the call to the write of the request.",
        labels,
        operation.queued
    );
    histogram(
        "kazoo_operation_wire_seconds",
        "Time from the write of the request to the reply.",
        labels,
        operation.on_the_wire
    );
    const std::pair<const char*, std::uint64_t> endings[] = {
        {"success", operation.succeeded},
        {"not_sent", operation.not_sent},
        {"not_applied", operation.not_applied},
        {"unknown", operation.unknown}};
    for (const auto& [outcome, count] : endings) {
        labels["outcome"] = outcome;
        counter("kazoo_operations_total", "Operations by outcome.", labels, count);
    }
}

void Families::add_lanes(const ClientMetrics& metrics, Labels labels) {
    for (const auto lane : {Lane::completion, Lane::callback, Lane::session}) {
        labels["lane"] = to_string(lane);
        histogram(
            "kazoo_lane_wait_seconds",
            "Time that callbacks wait for their turn on a lane (samples).",
            labels,
            metrics.lane(lane).wait
        );
        metric(
            "kazoo_lane_waiting_seconds",
            "How long the sample that waits now has waited; 0 if none does.",
            MetricType::Gauge,
            labels
        )
            .gauge.value = in_seconds(metrics.lane(lane).waiting);
    }
}

void Families::add_session(const SessionMetrics& session, const Labels& labels) {
    counter(
        "kazoo_sessions_established_total",
        "Sessions that were established.",
        labels,
        session.sessions_established
    );
    counter(
        "kazoo_sessions_expired_total", "Sessions that expired.", labels, session.sessions_expired
    );
    counter("kazoo_connections_total", "Connections that were used.", labels, session.connections);
    counter(
        "kazoo_reconnects_total", "Connections that resumed a session.", labels, session.reconnects
    );
    counter(
        "kazoo_connection_attempts_failed_total",
        "Attempts to connect that failed.",
        labels,
        session.failed_attempts
    );
    for (std::size_t i = 0; i < loss_reasons; ++i) {
        auto with_reason = labels;
        with_reason["reason"] = to_string(static_cast<LossReason>(i));
        counter(
            "kazoo_connections_lost_total",
            "Connections that were lost, by reason.",
            with_reason,
            session.connections_lost[i]
        );
    }
    counter(
        "kazoo_resent_requests_total",
        "Requests written again on another connection.",
        labels,
        session.requests_resent
    );
    counter("kazoo_watch_events_total", "Calls of watch functions.", labels, session.watch_events);
    counter("kazoo_sent_bytes_total", "Bytes sent to servers.", labels, session.bytes_sent);
    counter(
        "kazoo_received_bytes_total", "Bytes received from servers.", labels, session.bytes_received
    );
    histogram(
        "kazoo_ping_seconds", "Time from a ping to its answer.", labels, session.ping_round_trip
    );
}

void Families::counter(
    const char* name, const char* help, const Labels& labels, std::uint64_t value
) {
    metric(name, help, MetricType::Counter, labels).counter.value = static_cast<double>(value);
}

void Families::gauge(const char* name, const char* help, const Labels& labels, std::size_t value) {
    metric(name, help, MetricType::Gauge, labels).gauge.value = static_cast<double>(value);
}

void Families::histogram(
    const char* name, const char* help, const Labels& labels, const LatencyHistogram& values
) {
    auto& histogram = metric(name, help, MetricType::Histogram, labels).histogram;
    histogram.sample_count = values.count();
    histogram.sample_sum = in_seconds(values.sum());
    for (int power = first_power; power <= last_power; ++power) {
        const std::chrono::microseconds bound(std::int64_t{1} << power);
        histogram.bucket.push_back({values.count_below(bound), in_seconds(bound)});
    }
    histogram.bucket.push_back({values.count(), std::numeric_limits<double>::infinity()});
}

::prometheus::ClientMetric& Families::metric(
    const char* name, const char* help, MetricType type, const Labels& labels
) {
    const auto [at, added] = positions_.try_emplace(name, families_.size());
    if (added) {
        families_.push_back({name, help, type, {}});
    }
    auto& metric = families_[at->second].metric.emplace_back();
    for (const auto& [label, value] : labels) {
        metric.label.push_back({label, value});
    }
    return metric;
}

}  // namespace kazoo::detail
