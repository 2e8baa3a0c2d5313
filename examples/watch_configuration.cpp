// SPDX-License-Identifier: Apache-2.0
// Follows a configuration node through changes, deletion and creation. A watch fires only once, so
// each iteration sets a new one before it reads the node: no change after the read is missed.
#include "hosts.hpp"

#include <kazoo/kazoo.hpp>

#include <chrono>
#include <functional>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

using namespace std::chrono_literals;

namespace {

/// Receives the configuration, or std::nullopt if the node does not exist. Called on the handler's
/// completion lane.
using Listener = std::function<void(const std::optional<std::string>&)>;

/// Returns the data of a node, or std::nullopt if it does not exist.
kazoo::AsyncResult<std::optional<std::string>> read(kazoo::KazooClient& zk, std::string path) {
    std::optional<std::string> data;
    try {
        auto node = co_await zk.get_async(path);
        data = std::move(node.data);
    } catch (const kazoo::NoNodeError&) {
    }
    co_return data;
}

/// Reports the configuration now and after every change, until the session ends.
kazoo::AsyncResult<void> follow(kazoo::KazooClient& zk, std::string path, Listener changed) {
    for (;;) {
        kazoo::Promise<kazoo::WatchedEvent> promise(zk.handler());
        const auto fired = promise.result();
        // A named variable, because of g++ 12; see <kazoo/watcher.hpp>.
        const kazoo::Watcher watch([promise = std::move(promise)](const kazoo::WatchedEvent& event
                                   ) mutable { promise.set(event); });

        co_await zk.exists_async(path, watch);  // sets the watch even if the node does not exist
        const auto configuration = co_await read(zk, path);
        changed(configuration);

        const auto event = co_await fired;
        if (event.type == kazoo::EventType::NONE) co_return;  // the session has ended
    }
}

/// Changes the configuration as another client would. Waits for the follower after each change.
void change_it(kazoo::KazooClient& zk, const std::string& path, kazoo::Event& called) {
    const auto wait = [&called] {
        if (!called.wait(10s)) throw std::runtime_error("the follower was not called");
        called.clear();
    };
    wait();
    zk.create(path, "colour=green");
    wait();
    zk.set(path, "colour=blue");
    wait();
    zk.delete_(path);
    wait();
    zk.create(path, "colour=red");
    wait();
    zk.delete_(path);
    wait();
}

}  // namespace

int main(int argc, char** argv) {
    try {
        kazoo::KazooClient zk(kazoo::ClientOptions().hosts(hosts(argc, argv)));
        zk.start(10s);
        const std::string path = own_path("configuration");
        kazoo::Event called;  // copies share the flag
        const auto following =
            follow(zk, path, [called](const std::optional<std::string>& value) mutable {
                std::cout << (value ? *value : "no configuration") << std::endl;
                called.set();
            });
        change_it(zk, path, called);
        zk.stop();  // calls all watches with EventType::NONE
        following.get(10s);
        std::cout << "the follower has ended\n";
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
