// SPDX-License-Identifier: Apache-2.0
#include <kazoo/kazoo.hpp>
#include <kazoo/prometheus.hpp>
#include <kazoo/testing/server.hpp>

#include <cstdio>

// Links the component and collects the metrics of a client.
int main() {
    kazoo::testing::Server server;
    kazoo::KazooClient zk(kazoo::ClientOptions().hosts(server.hosts()));
    const kazoo::PrometheusCollector collector(zk, {{"client", "consumer"}});
    zk.start();
    const bool found = zk.exists("/").has_value();
    const auto families = collector.Collect();
    zk.stop();
    std::puts(found && !families.empty() ? "metrics are collected" : "something is missing");
    return found && !families.empty() ? 0 : 1;
}
