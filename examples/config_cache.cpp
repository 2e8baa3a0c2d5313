// SPDX-License-Identifier: Apache-2.0
// A configuration cache: a TreeCache keeps all settings of a program in memory and up to date.
#include "hosts.hpp"

#include <kazoo/kazoo.hpp>

#include <chrono>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>

using namespace std::chrono_literals;

namespace {

//! [settings]
class Settings {
public:
    Settings(kazoo::KazooClient& zk, const std::string& path)
        : path_(path), cache_(zk, path, kazoo::TreeCacheOptions().max_nodes(10'000)) {
        cache_.listen([this](const kazoo::TreeEvent& event) { on_event(event); });
        cache_.listen_fault([](const kazoo::Error& error) { std::cerr << error.message() << '\n'; }
        );
        cache_.start();
        cache_.initialized().get(10s);  // throws if the settings cannot be read
        started_.wait(10s);             // until the listener has received them as well
    }

    // Answered from memory.
    std::string get(std::string_view name, std::string_view otherwise) const {
        const auto node = cache_.get_data(path_ + "/" + std::string(name));
        return node ? node->data : std::string(otherwise);
    }
    // Waits until a setting has changed.
    void wait_for_change() {
        if (!changed_.wait(10s)) throw std::runtime_error("no change");
        changed_.clear();
    }

private:
    void on_event(const kazoo::TreeEvent& event) {
        switch (event.type) {
            case kazoo::TreeEventType::NODE_ADDED:
            case kazoo::TreeEventType::NODE_UPDATED:
            case kazoo::TreeEventType::NODE_REMOVED:
                if (started_.is_set()) changed_.set();
                return;
            case kazoo::TreeEventType::INITIALIZED:
                return started_.set();
            default:  // the state of the connection: the settings may be out of date meanwhile
                return;
        }
    }

    const std::string path_;
    kazoo::Event started_;
    kazoo::Event changed_;
    kazoo::TreeCache cache_;  // the last member: its end waits for a call of on_event
};
//! [settings]

//! [stream]
// Prints what happens to the nodes. Ends when the cache is closed.
kazoo::AsyncResult<void> print(kazoo::TreeStream stream, kazoo::Event printed) {
    while (auto event = co_await stream.next()) {
        if (event->path.empty()) continue;  // not about a node
        std::cout << std::string(to_string(event->type)) + ": " + event->node.data + "\n";
        printed.set();
    }
}
//! [stream]

void use(kazoo::KazooClient& zk, const std::string& root) {
    zk.create(root);
    zk.create(root + "/colour", "green");
    Settings settings(zk, root);
    std::cout << "colour: " << settings.get("colour", "white") << '\n';
    std::cout << "size: " << settings.get("size", "10") << '\n';
    zk.set(root + "/colour", "blue");
    settings.wait_for_change();
    std::cout << "colour: " << settings.get("colour", "white") << '\n';
    zk.create(root + "/size", "20");
    settings.wait_for_change();
    std::cout << "size: " << settings.get("size", "10") << '\n';
    zk.delete_(root + "/size");
    settings.wait_for_change();
    std::cout << "size: " << settings.get("size", "10") << '\n';
}

void follow(kazoo::KazooClient& zk, const std::string& path) {
    kazoo::TreeCache cache(zk, path);
    kazoo::Event printed;
    const auto printing = print(cache.stream(), printed);
    const auto wait = [&printed] {
        if (!printed.wait(10s)) throw std::runtime_error("nothing was printed");
        printed.clear();
    };
    cache.start();
    cache.initialized().get(10s);
    zk.create(path, "green");  // the node need not have existed
    wait();
    zk.delete_(path);
    wait();
    cache.close();
    printing.get(10s);
}

}  // namespace

int main(int argc, char** argv) {
    try {
        kazoo::KazooClient zk(kazoo::ClientOptions().hosts(hosts(argc, argv)));
        zk.start(10s);
        const std::string root = own_path("settings");
        use(zk, root);
        zk.delete_recursive(root);
        follow(zk, root);
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
