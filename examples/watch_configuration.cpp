// Follows a configuration node through changes, deletion and creation. A watch fires once, so each
// round arms it anew before it reads: whatever happens after the reading is told.
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

/// Gets the configuration, or nothing while there is none; on the handler's completion lane.
using Listener = std::function<void(const std::optional<std::string>&)>;

/// The data of a node, or nothing if there is no node.
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
        // In a variable of its own: see kazoo/watcher.hpp about g++ 12.
        const kazoo::Watcher watch([promise = std::move(promise)](const kazoo::WatchedEvent& event
                                   ) mutable { promise.set(event); });

        co_await zk.exists_async(path, watch);  // arms the watch whether there is a node or not
        const auto configuration = co_await read(zk, path);
        changed(configuration);

        const auto event = co_await fired;
        if (event.type == kazoo::EventType::NONE) co_return;  // the session is over
    }
}

/// Changes the configuration as somebody else might, each time waiting for the follower.
void change_it(kazoo::KazooClient& zk, const std::string& path, kazoo::Event& told) {
    const auto wait = [&told] {
        if (!told.wait(10s)) throw std::runtime_error("the follower was not told");
        told.clear();
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
        kazoo::Event told;  // copies share the flag
        const auto following =
            follow(zk, path, [told](const std::optional<std::string>& value) mutable {
                std::cout << (value ? *value : "no configuration") << std::endl;
                told.set();
            });
        change_it(zk, path, told);
        zk.stop();  // tells every watch that the session is over
        following.get(10s);
        std::cout << "the follower has ended\n";
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
