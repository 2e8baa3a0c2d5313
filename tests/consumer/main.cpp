// SPDX-License-Identifier: Apache-2.0
#include <kazoo/kazoo.hpp>

#include <chrono>
#include <cstdio>

// Nobody listens on port 1: what counts is that this compiles, links, gives up and ends.
int main() {
    kazoo::KazooClient zk(kazoo::ClientOptions().hosts("127.0.0.1:1"));
    auto event = zk.start_async();
    if (event.wait(std::chrono::milliseconds(50)) || zk.connected()) return 1;
    zk.stop();
    std::puts("not connected, as it should be");
    return 0;
}
