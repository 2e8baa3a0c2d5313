// SPDX-License-Identifier: Apache-2.0
#include <kazoo/kazoo.hpp>
#include <kazoo/srv.hpp>
#include <kazoo/testing/server.hpp>

#include <cstdio>

// Links the component: a name server that does not answer is a reason why there is no connection.
int main() {
    using namespace std::chrono_literals;
    const auto options = kazoo::SrvOptions().name_server("127.0.0.1:1").timeout(200ms);
    kazoo::KazooClient zk(kazoo::ClientOptions().host_provider(
        kazoo::srv_hosts("_zookeeper._tcp.example.com", options)
    ));
    try {
        zk.start(2s);
    } catch (const kazoo::KazooTimeoutError& error) {
        const bool named = std::string(error.what()).find("host provider") != std::string::npos;
        std::puts(named ? "the records are looked up" : error.what());
        return named ? 0 : 1;
    }
    return 1;
}
