// SPDX-License-Identifier: Apache-2.0
#include <kazoo/client.hpp>
#include <kazoo/prometheus.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <prometheus/text_serializer.h>

#include <chrono>
#include <optional>
#include <string>

namespace kazoo {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using namespace std::chrono_literals;

std::string text_of(const PrometheusCollector& collector) {
    return ::prometheus::TextSerializer().Serialize(collector.Collect());
}

ClientMetrics samples() {
    ClientMetrics metrics;
    metrics.connected = true;
    metrics.reconnects = 2;
    metrics.connections_lost[static_cast<std::size_t>(LossReason::silent)] = 3;
    metrics.requests_in_flight = 4;
    metrics.lane_metrics[static_cast<std::size_t>(Lane::callback)].wait.add(100us);
    metrics.lane_metrics[static_cast<std::size_t>(Lane::callback)].waiting = 2s;
    auto& get = metrics.operations.emplace_back();
    get.name = "get";
    get.succeeded = 5;
    get.unknown = 1;
    get.on_the_wire.add(100us);
    get.on_the_wire.add(128us);
    get.on_the_wire.add(std::chrono::minutes(1));
    return metrics;
}

TEST(PrometheusTest, MetricsHaveTheDocumentedNames) {
    const PrometheusCollector collector([] { return std::optional(samples()); });
    const auto text = text_of(collector);
    for (const auto* const line :
         {"kazoo_connected 1\n",
          "kazoo_requests_in_flight 4\n",
          "kazoo_reconnects_total 2\n",
          "kazoo_connections_lost_total{reason=\"silent\"} 3\n",
          "kazoo_lane_wait_seconds_count{lane=\"callback\"} 1\n",
          "kazoo_lane_wait_seconds_count{lane=\"completion\"} 0\n",
          "kazoo_lane_waiting_seconds{lane=\"callback\"} 2\n",
          "kazoo_operations_total{operation=\"get\",outcome=\"success\"} 5\n",
          "kazoo_operations_total{operation=\"get\",outcome=\"unknown\"} 1\n"}) {
        EXPECT_THAT(text, HasSubstr(line));
    }
}

TEST(PrometheusTest, BucketsAreCumulative) {
    const PrometheusCollector collector([] { return std::optional(samples()); });
    const auto text = text_of(collector);
    const std::string name = "kazoo_operation_wire_seconds_";
    EXPECT_THAT(text, HasSubstr(name + "count{operation=\"get\"} 3\n"));
    EXPECT_THAT(text, HasSubstr(name + "bucket{operation=\"get\",le=\"0.000128\"} 1\n"));
    EXPECT_THAT(text, HasSubstr(name + "bucket{operation=\"get\",le=\"0.000256\"} 2\n"));
    EXPECT_THAT(text, HasSubstr(name + "bucket{operation=\"get\",le=\"+Inf\"} 3\n"));
}

TEST(PrometheusTest, ClientsShareTheFamilies) {
    PrometheusCollector collector;
    collector.add([] { return std::optional(samples()); }, {{"client", "a"}});
    collector.add([] { return std::optional(samples()); }, {{"client", "b"}});
    const auto text = text_of(collector);
    EXPECT_THAT(text, HasSubstr("kazoo_connected{client=\"a\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("kazoo_connected{client=\"b\"} 1\n"));
    const std::string type = "# TYPE kazoo_connected gauge\n";
    EXPECT_EQ(text.find(type), text.rfind(type)) << "the format allows it once";
}

TEST(PrometheusTest, AClientThatIsGoneIsForgotten) {
    std::optional<KazooClient> zk(ClientOptions().hosts("127.0.0.1:1"));
    const PrometheusCollector collector(*zk);
    EXPECT_THAT(text_of(collector), HasSubstr("kazoo_connected 0\n"));
    zk.reset();
    EXPECT_THAT(collector.Collect(), IsEmpty());
}

TEST(PrometheusTest, ASourceIsNotCalledAgainAfterItHasReturnedNothing) {
    int calls = 0;
    const PrometheusCollector collector([&]() -> std::optional<ClientMetrics> {
        ++calls;
        return std::nullopt;
    });
    EXPECT_THAT(collector.Collect(), IsEmpty());
    EXPECT_THAT(collector.Collect(), IsEmpty());
    EXPECT_EQ(calls, 1);
    EXPECT_THAT(PrometheusCollector(MetricsSource()).Collect(), IsEmpty());
}

}  // namespace
}  // namespace kazoo
