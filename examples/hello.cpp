// SPDX-License-Identifier: Apache-2.0
// The complete program of README.md.
//! [program]
#include <kazoo/kazoo.hpp>

#include <chrono>
#include <cstdlib>
#include <exception>
#include <iostream>

int main() {
    const char* const hosts = std::getenv("ZOOKEEPER_HOSTS");
    try {
        kazoo::KazooClient zk(
            kazoo::ClientOptions().hosts(hosts != nullptr ? hosts : "127.0.0.1:2181")
        );
        zk.start(std::chrono::seconds(10));  // throws KazooTimeoutError if not connected by then

        const auto own = kazoo::CreateOptions().ephemeral().sequence();
        const auto path = zk.create("/hello-", "world", own);  // blocks
        std::cout << "created " << path << '\n';

        zk.get_async(path).rawlink([](const kazoo::AsyncResult<kazoo::NodeData>& result) {
            std::cout << "read '" << result.get().data << "'\n";
        });
        zk.stop();  // returns after the callback has run, and deletes the ephemeral node
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
//! [program]
