// SPDX-License-Identifier: Apache-2.0
// The asynchronous API on one page: start, wait with a timeout, stop if not connected, and list the
// children of a node with a callback.
#include "hosts.hpp"

#include <kazoo/kazoo.hpp>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

using namespace std::chrono_literals;

namespace {

void do_something(const std::vector<std::string>& children) {
    for (const auto& child : children) {
        std::cout << "child " << child << std::endl;
    }
}

void my_callback(kazoo::AsyncResult<std::vector<std::string>> async_obj) {
    try {
        auto children = async_obj.get();  // ready, so this does not block
        do_something(children);
    } catch (const kazoo::ConnectionLossException&) {
        std::exit(1);
    } catch (const kazoo::NoAuthException&) {
        std::exit(1);
    }
}

void run(const std::string& hosts) {
    kazoo::KazooClient zk(kazoo::ClientOptions().hosts(hosts).handler(
        std::make_shared<kazoo::SequentialThreadingHandler>()
    ));
    auto event = zk.start_async();  // returns immediately
    event.wait(30s);                // always with a timeout: we might never connect
    if (!zk.connected()) {
        zk.stop();  // not connected: stop trying
        throw std::runtime_error("Unable to connect.");
    }

    // A child to list. It is deleted with this session; /some/node is not.
    zk.create("/some/node/child-", {}, kazoo::CreateOptions().ephemeral().sequence().makepath());

    // Both statements return immediately, the second sets a callback that is run when
    // get_children_async has its return value
    auto async_obj = zk.get_children_async("/some/node");
    async_obj.rawlink(my_callback);

    zk.stop();  // returns after the callback has run
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
