// SPDX-License-Identifier: Apache-2.0
/// The metrics of clients for Prometheus, by prometheus-cpp. Link kazoo::prometheus.
///
///     auto collector = std::make_shared<kazoo::PrometheusCollector>(zk);
///     prometheus::Exposer exposer("0.0.0.0:9464");
///     exposer.RegisterCollectable(collector);  // keeps a weak reference
///
/// docs/observability.md lists the metrics.
#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/metrics.hpp>

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

KAZOO_API_BEGIN
namespace kazoo {

class KazooClient;

/// Collects the metrics of any number of clients. Keeps no client alive: one that no longer exists
/// is left out, and forgotten. Without clients it collects nothing. Thread-safe.
class PrometheusCollector final : public ::prometheus::Collectable {
public:
    /// Labels of all metrics of one client, such as {{"client", "billing"}}.
    using Labels = std::map<std::string, std::string>;

    PrometheusCollector();
    /// Collects the metrics of one client.
    explicit PrometheusCollector(const KazooClient& client, Labels labels = {});
    /// Collects what a function returns.
    explicit PrometheusCollector(MetricsSource source, Labels labels = {});
    PrometheusCollector(const PrometheusCollector&) = delete;
    PrometheusCollector& operator=(const PrometheusCollector&) = delete;
    ~PrometheusCollector() override;

    /// Adds a client. Its labels must differ from those of the others, or its metrics cannot be
    /// told from theirs; they must be valid names of labels other than `operation`, `outcome`,
    /// `reason` and `le`.
    void add(const KazooClient& client, Labels labels);
    /// Adds a function that returns metrics, until it returns nothing. It must be thread-safe, and
    /// is called by `Collect` without a lock. Ignored if empty.
    void add(MetricsSource source, Labels labels);

    /// Returns the metrics of all clients. Called by prometheus-cpp for each scrape, in its thread.
    /// Throws std::bad_alloc, and what a function that was added throws.
    [[nodiscard]] std::vector<::prometheus::MetricFamily> Collect() const override;

private:
    struct Source;

    mutable std::mutex mutex_;  // not held while a source is called or destroyed
    mutable std::vector<std::shared_ptr<const Source>> sources_;  // guarded by mutex_
};

}  // namespace kazoo
KAZOO_API_END
