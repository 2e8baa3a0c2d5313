// SPDX-License-Identifier: Apache-2.0
// The blocking calls. Each is equivalent to its asynchronous form followed by get(), and throws the
// same exceptions.
#include "hosts.hpp"

#include <kazoo/kazoo.hpp>

#include <chrono>
#include <iostream>
#include <string>

using namespace std::chrono_literals;

namespace {

void run(const std::string& hosts) {
    kazoo::KazooClient zk(kazoo::ClientOptions().hosts(hosts));
    zk.start(10s);  // throws KazooTimeoutError if not connected by then

    const std::string root = own_path("blocking");
    const std::string greeting = root + "/greeting";
    zk.create(greeting, "hello", kazoo::CreateOptions().makepath());

    auto [data, stat] = zk.get(greeting);
    std::cout << "read '" << data << "', version " << stat.version << '\n';

    zk.set(greeting, "goodbye", stat.version);
    try {
        zk.set(greeting, "too late", stat.version);  // the version is outdated
    } catch (const kazoo::BadVersionError& error) {
        std::cout << error.operation() << " refused: " << kazoo::error_name(error.code()) << ", "
                  << error.outcome() << '\n';
    }

    // The asynchronous form. The operation itself is limited to one second, the wait to two.
    const auto node = zk.get_async(greeting, {}, kazoo::CallOptions().timeout(1s)).get(2s);
    std::cout << "read '" << node.data << "', version " << node.stat.version << '\n';

    // Without exceptions: result() returns a value or an error.
    const auto missing = zk.get_async(root + "/nothing").result();
    if (!missing) {
        std::cout << "no value, but " << kazoo::error_name(missing.error()) << '\n';
    }

    for (const auto& child : zk.get_children(root)) {
        std::cout << "child " << child << '\n';
    }
    zk.delete_recursive(root);
    std::cout << "deleted, it " << (zk.exists(root) ? "still exists" : "is gone") << '\n';
    zk.stop();
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
