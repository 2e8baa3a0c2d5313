// SPDX-License-Identifier: Apache-2.0
// A configuration cache: a TreeCache keeps all settings of a program in memory and up to date; and
// two programs with the same settings, of which one is killed. To run such programs by hand:
//
//     config_cache 127.0.0.1:2181 /settings first
#include "child.hpp"
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
        changed_.wait();
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

/// Prints a setting, and again whenever it has changed, until the process is killed.
[[noreturn]] void show(kazoo::KazooClient& zk, const std::string& path, const std::string& name) {
    Settings settings(zk, path);
    for (;;) {
        std::cout << name + ": " + settings.get("colour", "white") + "\n" << std::flush;
        settings.wait_for_change();
    }
}

/// Starts two programs, kills one, and starts it again.
void share(kazoo::KazooClient& zk, const std::string& servers, const std::string& root) {
    Child first({servers, root, "first"});
    Child second({servers, root, "second"});
    first.print_until("first: blue");
    second.print_until("second: blue");
    zk.set(root + "/colour", "red");
    first.print_until("first: red");
    second.print_until("second: red");
    first.kill();
    zk.set(root + "/colour", "yellow");
    second.print_until("second: yellow");
    Child again({servers, root, "first"});
    again.print_until("first: yellow");
}

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
        const auto servers = hosts(argc, argv);
        kazoo::KazooClient zk(kazoo::ClientOptions().hosts(servers));
        zk.start(10s);
        if (argc == 4) show(zk, argv[2], argv[3]);
        const std::string root = own_path("settings");
        use(zk, root);
        share(zk, servers, root);
        zk.delete_recursive(root);
        follow(zk, root);
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
