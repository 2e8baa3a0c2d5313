// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/metrics.hpp>
#include <kazoo/prometheus.hpp>

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace kazoo::detail {

/// Converts the metrics of clients into families of Prometheus. Each family appears once, with the
/// metrics of all clients, as its text format requires.
class Families {
public:
    void add(const ClientMetrics& metrics, const PrometheusCollector::Labels& labels);
    [[nodiscard]] std::vector<::prometheus::MetricFamily> take() { return std::move(families_); }

private:
    using Labels = PrometheusCollector::Labels;

    void add_operation(const OperationMetrics& operation, Labels labels);
    void add_lanes(const ClientMetrics& metrics, Labels labels);
    void add_session(const SessionMetrics& session, const Labels& labels);
    void counter(const char* name, const char* help, const Labels& labels, std::uint64_t value);
    void gauge(const char* name, const char* help, const Labels& labels, std::size_t value);
    void histogram(
        const char* name, const char* help, const Labels& labels, const LatencyHistogram& values
    );
    ::prometheus::ClientMetric& metric(
        const char* name, const char* help, ::prometheus::MetricType type, const Labels& labels
    );

    std::vector<::prometheus::MetricFamily> families_;
    std::map<std::string, std::size_t> positions_;  // in families_, by name
};

}  // namespace kazoo::detail
