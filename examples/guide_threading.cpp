// SPDX-License-Identifier: Apache-2.0
// The snippets of docs/asynchronous-usage.md for threads: results, errors, reading and writing
// nodes, watches, several operations at once.
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

/// Prints a whole line: callbacks print from other threads.
void say(const std::string& text) {
    std::cout << text + '\n' << std::flush;
}

void do_something(const std::vector<std::string>& children) {
    say("children: " + std::to_string(children.size()));
}

//! [callback]
void my_callback(kazoo::AsyncResult<std::vector<std::string>> async_obj) {
    try {
        auto children = async_obj.get();  // is ready: does not block
        do_something(children);
    } catch (const kazoo::ConnectionLossException&) {
        std::exit(1);
    } catch (const kazoo::NoAuthException&) {
        std::exit(1);
    }
}
//! [callback]

void create(kazoo::KazooClient& zk, const std::string& root) {
    //! [create]
    auto created = zk.create_async(root + "/a", "a value", kazoo::CreateOptions().makepath());
    std::string path = created.get(10s);  // the path of the new node

    auto ephemeral = kazoo::CreateOptions().ephemeral().sequence();
    zk.create_async(root + "/member-", {}, ephemeral)
        .rawlink([](const kazoo::AsyncResult<std::string>& result) {
            say(result.successful() ? "joined" : "not joined");
        });
    //! [create]
}

void read(kazoo::KazooClient& zk, const std::string& root) {
    //! [read]
    auto exists = zk.exists_async(root + "/b");   // std::optional<ZnodeStat>
    auto node = zk.get_async(root + "/a");        // data and stat
    auto children = zk.get_children_async(root);  // names
    auto [data, stat] = node.get();
    say(data + ", version " + std::to_string(stat.version));
    //! [read]
    const auto* const b = exists.get() ? "b is there, " : "no b, ";
    say(b + std::to_string(children.get().size()) + " children");
}

void update(kazoo::KazooClient& zk, const std::string& root) {
    //! [update]
    auto stat = zk.set_async(root + "/a", "another value").get();
    try {
        zk.set_async(root + "/a", "too late", stat.version - 1).get();
    } catch (const kazoo::BadVersionError& error) {
        say(std::string(error.path()) + ": changed by another client");
    }
    zk.delete_async(root + "/a", stat.version).get();
    zk.delete_recursive_async(root).get();
    //! [update]
}

void watch(kazoo::KazooClient& zk, const std::string& root) {
    //! [watch]
    kazoo::Event changed(zk.handler());
    zk.get_async(
          root + "/a", kazoo::Watcher([changed](const kazoo::WatchedEvent&) mutable {
              changed.set();  // fires once; register again for later changes
          })
    ).get();
    zk.set(root + "/a", "a third value");
    if (changed.wait(10s)) say("a has changed");
    //! [watch]
}

void watch_tree(kazoo::KazooClient& zk, const std::string& root) {
    //! [watch_tree]
    kazoo::Event seen(zk.handler());
    auto handle = zk.add_watch(
        root,
        kazoo::WatchMode::persistent_recursive,
        [seen](const kazoo::WatchedEvent& event) mutable {
            if (event.type == kazoo::EventType::GAP) return;  // read everything again
            seen.set();                                       // event.path has changed
        }
    );
    zk.create(root + "/new");
    if (seen.wait(10s)) say("something below has changed");
    handle.remove();  // or in the background, by the destructor
    //! [watch_tree]
}

void several(kazoo::KazooClient& zk, const std::string& root) {
    //! [several]
    std::vector<kazoo::AsyncResult<kazoo::NodeData>> reads;
    for (const auto& name : zk.get_children(root)) {
        reads.push_back(zk.get_async(root + "/" + name));  // all run concurrently
    }
    std::size_t bytes = 0;
    for (const auto& read : kazoo::when_all(std::move(reads)).get(10s)) {
        if (read.successful()) bytes += read.get().data.size();
    }
    say(std::to_string(bytes) + " bytes in all");
    //! [several]
}

void bounded(kazoo::KazooClient& zk) {
    //! [bounded]
    auto result = zk.get_async("/", {}, kazoo::CallOptions().timeout(2s));
    if (auto node = result.result()) {  // the same without exceptions
        say("version " + std::to_string(node->stat.version));
    } else if (node.failure().outcome() == kazoo::Outcome::unknown) {
        say("the operation may have been applied: " + std::string(node.failure().path()));
    }
    //! [bounded]
}

void run(const std::string& hosts) {
    //! [setup]
    kazoo::KazooClient zk(kazoo::ClientOptions().hosts(hosts));

    // returns immediately
    auto event = zk.start_async();

    // Wait up to 30 seconds
    event.wait(30s);

    if (!zk.connected()) {
        // Not connected, stop trying to connect
        zk.stop();
        throw std::runtime_error("Unable to connect.");
    }
    //! [setup]

    const auto root = own_path("guide");
    create(zk, root);

    //! [link]
    // Both statements return immediately. The callback runs when the result is ready.
    auto async_obj = zk.get_children_async("/");
    async_obj.rawlink(my_callback);
    //! [link]

    read(zk, root);
    watch(zk, root);
    watch_tree(zk, root);
    several(zk, root);
    bounded(zk);
    update(zk, root);

    zk.stop();  // returns when the callbacks have run
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
