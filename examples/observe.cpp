// SPDX-License-Identifier: Apache-2.0
// Metrics of a client.
#include "hosts.hpp"

#include <kazoo/kazoo.hpp>

#include <chrono>
#include <iostream>
#include <string>

using namespace std::chrono_literals;

namespace {

void show_metrics(const kazoo::KazooClient& zk) {
    //! [metrics]
    const kazoo::ClientMetrics metrics = zk.metrics();
    if (const kazoo::OperationMetrics* get = metrics.find("get")) {
        std::cout << "get: " << get->succeeded << " succeeded, " << get->not_applied
                  << " not applied, " << get->unknown << " unknown\n";
        const auto slow = get->on_the_wire.quantile(0.99);  // 99 % of the replies are not slower
        std::cout << "measured: " << get->on_the_wire.count() << ", in time: " << (slow < 10s)
                  << '\n';
    }
    std::cout << "sessions: " << metrics.sessions_established
              << ", reconnects: " << metrics.reconnects
              << ", closed by the peer: " << metrics.lost(kazoo::LossReason::closed) << '\n';
    //! [metrics]
}

void run(const std::string& hosts) {
    kazoo::KazooClient zk(kazoo::ClientOptions().hosts(hosts));
    zk.start(10s);
    const std::string path = own_path("observe");
    zk.create(path, "data", kazoo::CreateOptions().ephemeral());
    for (int i = 0; i < 10; ++i) {
        static_cast<void>(zk.get(path));
    }
    try {
        static_cast<void>(zk.get(path + "/missing"));
    } catch (const kazoo::NoNodeError&) {
        std::cout << "no such node\n";
    }
    std::cout << "connected to a server: " << zk.connected_server().has_value() << '\n';
    show_metrics(zk);
    zk.stop();
}

}  // namespace

int main(int argc, char** argv) {
    try {
        run(hosts(argc, argv));
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
