// SPDX-License-Identifier: Apache-2.0
// Coroutines. An AsyncResult can be awaited, and is the return type of coroutines, so operations of
// several steps read like sequential code although no thread blocks.
#include "hosts.hpp"

#include <kazoo/kazoo.hpp>

#include <chrono>
#include <iostream>
#include <string>

using namespace std::chrono_literals;

namespace {

/// Creates a node with the data of the old one, then deletes the old one unless it has changed in
/// the meantime. Takes strings by value, because a coroutine continues after the call has returned;
/// `zk` must outlive it.
kazoo::AsyncResult<void> rename(kazoo::KazooClient& zk, std::string from, std::string to) {
    const auto old = co_await zk.get_async(from);
    co_await zk.create_async(to, old.data);
    co_await zk.delete_async(from, old.stat.version);
}

/// Returns a description of the outcome. Each error has its own exception class.
kazoo::AsyncResult<std::string> try_rename(
    kazoo::KazooClient& zk, std::string from, std::string to
) {
    std::string outcome = "renamed";
    try {
        co_await rename(zk, from, to);
    } catch (const kazoo::NoNodeError& error) {
        outcome = std::string(error.operation()) + ": there is no such node";
    } catch (const kazoo::NodeExistsError& error) {
        outcome = std::string(error.operation()) + ": the node already exists";
    } catch (const kazoo::KazooException& error) {
        outcome = error.what();
    }
    co_return outcome;
}

kazoo::AsyncResult<void> demonstrate(kazoo::KazooClient& zk, std::string root) {
    co_await zk.create_async(root + "/a", "payload", kazoo::CreateOptions().makepath());

    std::cout << "a to b: " << co_await try_rename(zk, root + "/a", root + "/b") << '\n';
    std::cout << "a to c: " << co_await try_rename(zk, root + "/a", root + "/c") << '\n';
    std::cout << "b to b: " << co_await try_rename(zk, root + "/b", root + "/b") << '\n';

    // Both requests are sent before the first reply is awaited.
    const auto data = zk.get_async(root + "/b");
    const auto children = zk.get_children_async(root);
    const auto node = co_await data;
    const auto names = co_await children;
    std::cout << "b holds '" << node.data << "', the root has " << names.size() << " child\n";

    co_await zk.delete_recursive_async(root);
}

}  // namespace

int main(int argc, char** argv) {
    try {
        kazoo::KazooClient zk(kazoo::ClientOptions().hosts(hosts(argc, argv)));
        zk.start(10s);
        demonstrate(zk, own_path("coroutines")).get(30s);
        zk.stop();
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
