// SPDX-License-Identifier: Apache-2.0
// A copy of a subtree in memory that a recursive watch keeps up to date.
#include "hosts.hpp"

#include <kazoo/kazoo.hpp>

#include <chrono>
#include <iostream>
#include <map>
#include <string>
#include <vector>

using namespace std::chrono_literals;

namespace {

/// Lets the main thread wait for the next version of the copy.
kazoo::Event updated;

//! [subtree]
using Tree = std::map<std::string, std::string>;  // data by path

// Reads one node; removes it from the copy if it does not exist.
kazoo::AsyncResult<void> read_node(kazoo::KazooClient& zk, Tree& tree, std::string path) {
    const auto reading = zk.get_async(path);
    try {
        const auto node = co_await reading;
        tree[path] = node.data;
    } catch (const kazoo::NoNodeError&) {
        tree.erase(path);
    }
}

// Reads a node and everything below it.
kazoo::AsyncResult<void> read_tree(kazoo::KazooClient& zk, Tree& tree, std::string path) {
    co_await read_node(zk, tree, path);
    std::vector<std::string> names;
    try {
        names = co_await zk.get_children_async(path);
    } catch (const kazoo::NoNodeError&) {
        co_return;  // deleted meanwhile
    }
    for (const auto& name : names) {
        const auto child = read_tree(zk, tree, path + "/" + name);
        co_await child;
    }
}

// Ends with ConnectionClosedError or InterruptedError when the client is stopped.
kazoo::AsyncResult<void> follow(kazoo::KazooClient& zk, Tree& tree, std::string root) {
    const auto watch = [&zk, root] {
        return zk.watch_stream_async(root, kazoo::WatchMode::persistent_recursive);
    };
    const auto load = [&zk, &tree, root] {
        tree.clear();
        return read_tree(zk, tree, root);
    };
    for (;;) {  // once for each session
        auto stream = co_await zk.retry_async(watch);
        co_await zk.retry_async(load);  // behind the watch, so that no change is missed
        updated.set();
        while (auto change = co_await stream.next()) {
            const auto read = [&] { return read_node(zk, tree, change->path()); };
            if (change->gap()) {
                co_await zk.retry_async(load);
            } else {
                co_await zk.retry_async(read);
            }
            updated.set();
        }
    }
}
//! [subtree]

void run(const std::string& servers) {
    const auto root = own_path("subtree");
    kazoo::KazooClient zk(kazoo::ClientOptions().hosts(servers));
    zk.start(10s);
    zk.create(root, "old");
    Tree tree;  // used by the coroutine only, while it runs
    const auto following = follow(zk, tree, root);
    std::cout << "read: " << updated.wait(10s) << '\n';
    updated.clear();
    zk.set(root, "new");
    std::cout << "updated: " << updated.wait(10s) << '\n';
    zk.delete_(root);
    zk.stop();
    std::cout << "ended: " << following.wait(10s) << '\n';
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
