// SPDX-License-Identifier: Apache-2.0
#include "prometheus/families.hpp"

#include <kazoo/client.hpp>

#include <algorithm>

namespace kazoo {

struct PrometheusCollector::Source {
    MetricsSource metrics;
    Labels labels;
};

PrometheusCollector::PrometheusCollector() = default;
PrometheusCollector::~PrometheusCollector() = default;

PrometheusCollector::PrometheusCollector(const KazooClient& client, Labels labels) {
    add(client, std::move(labels));
}

PrometheusCollector::PrometheusCollector(MetricsSource source, Labels labels) {
    add(std::move(source), std::move(labels));
}

void PrometheusCollector::add(const KazooClient& client, Labels labels) {
    add(client.metrics_source(), std::move(labels));
}

void PrometheusCollector::add(MetricsSource source, Labels labels) {
    if (!source) {
        return;
    }
    auto added = std::make_shared<const Source>(Source{std::move(source), std::move(labels)});
    const std::lock_guard lock(mutex_);
    sources_.push_back(std::move(added));
}

std::vector<::prometheus::MetricFamily> PrometheusCollector::Collect() const {
    std::vector<std::shared_ptr<const Source>> sources;  // destroyed after the mutex is released
    {
        const std::lock_guard lock(mutex_);
        sources = sources_;
    }
    detail::Families families;
    std::vector<const Source*> gone;
    for (const auto& source : sources) {
        if (const auto metrics = source->metrics()) {
            families.add(*metrics, source->labels);
        } else {
            gone.push_back(source.get());
        }
    }
    {
        const std::lock_guard lock(mutex_);
        std::erase_if(sources_, [&](const auto& source) {
            return std::find(gone.begin(), gone.end(), source.get()) != gone.end();
        });
    }
    return families.take();
}

}  // namespace kazoo
