// SPDX-License-Identifier: Apache-2.0
// Many writes from one coroutine, no faster than the servers answer them.
#include "hosts.hpp"

#include <kazoo/kazoo.hpp>

#include <chrono>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

using namespace std::chrono_literals;

namespace {

//! [load]
struct Progress {  // used by the callbacks, which run one at a time
    int pending = 0;
    std::vector<std::string> failed;
    kazoo::Event done;
};

// Creates `count` nodes, at least one. Returns those to be tried again.
kazoo::AsyncResult<std::vector<std::string>> load(
    kazoo::KazooClient& zk, std::string parent, int count
) {
    const auto progress = std::make_shared<Progress>();  // the callbacks may outlive the coroutine
    progress->pending = count;
    for (int i = 0; i < count; ++i) {
        const auto path = parent + "/n-" + std::to_string(i);
        co_await zk.room_async();
        const auto created = zk.create_async(path, "data");
        created.rawlink([progress, path](const kazoo::AsyncResult<std::string>& result) {
            if (!result.successful()) progress->failed.push_back(path);
            if (--progress->pending == 0) progress->done.set();
        });
    }
    co_await progress->done.wait_async();
    co_return progress->failed;
}
//! [load]

void run(const std::string& servers, int count) {
    //! [limits]
    kazoo::ClientLimits limits;
    limits.in_flight_requests = 1000;  // sent and not answered: spares the servers
    limits.requests = 10'000;          // sent or waiting: bounds the memory of this program
    kazoo::KazooClient zk(kazoo::ClientOptions().hosts(servers).limits(limits));
    //! [limits]
    zk.start(10s);
    const auto parent = own_path("load");
    zk.create(parent);
    std::cout << "failed: " << load(zk, parent, count).get(60s).size() << '\n';
    std::cout << "created: " << zk.exists(parent)->num_children << '\n';
    zk.delete_recursive(parent);
    zk.stop();
}

}  // namespace

int main(int argc, char** argv) {
    try {
        run(hosts(argc, argv), 20'000);
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
