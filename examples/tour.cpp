// SPDX-License-Identifier: Apache-2.0
// A tour of the asynchronous API. Prints each call and its result. It runs against the servers of
// the first argument or of ZOOKEEPER_HOSTS; without either, against a server in this process.
#include "hosts.hpp"

#include <kazoo/kazoo.hpp>
#include <kazoo/testing/server.hpp>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using namespace std::chrono_literals;

namespace {

/// Time limit of each step.
constexpr auto limit = 10s;

void tell(std::string_view call, const std::string& what_happened) {
    std::cout << call << "\n    -> " << what_happened << std::endl;
}

void connect(kazoo::KazooClient& zk, const std::string& hosts) {
    auto event = zk.start_async();
    event.wait(limit);
    if (!zk.connected()) {
        zk.stop();
        throw std::runtime_error("Unable to connect to " + hosts + " within 10 seconds.");
    }
    const auto timeout = std::to_string(zk.session_timeout().count());
    tell(
        "zk.start_async().wait(10s)",
        "connected to " + hosts + ", session timeout " + timeout + " ms"
    );
}

void create_and_read(kazoo::KazooClient& zk, const std::string& path) {
    tell(
        "zk.create_async(path, \"hello\")", "created " + zk.create_async(path, "hello").get(limit)
    );
    const auto node = zk.get_async(path).get(limit);
    tell("zk.get_async(path)", "'" + node.data + "', version " + std::to_string(node.stat.version));
    const auto child =
        zk.create_async(path + "/job-", "", kazoo::CreateOptions().ephemeral().sequence());
    tell(
        "zk.create_async(path + \"/job-\", \"\", CreateOptions().ephemeral().sequence())",
        "created " + child.get(limit)
    );
}

void list_children(kazoo::KazooClient& zk, const std::string& path) {
    kazoo::Event called;  // copies share the flag
    auto children = zk.get_children_async(path);
    children.rawlink([called](kazoo::AsyncResult<std::vector<std::string>> result) mutable {
        tell(
            "zk.get_children_async(path).rawlink(callback)",
            "the callback got " + result.get().at(0)
        );
        called.set();
    });
    if (!called.wait(limit)) throw std::runtime_error("the callback was not called");
}

void fail(kazoo::KazooClient& zk, const std::string& path) {
    try {
        zk.get_async(path + "/missing").get(limit);
    } catch (const kazoo::NoNodeError& error) {
        tell(
            "zk.get_async(path + \"/missing\")",
            std::string("caught NoNodeError, ") + to_string(error.outcome())
        );
    }
}

void watch_a_change(kazoo::KazooClient& zk, const std::string& path) {
    kazoo::Event fired;
    const auto watched = zk.exists_async(path, [fired](const kazoo::WatchedEvent& event) mutable {
        tell(
            "zk.exists_async(path, watch)", std::string("the watch fired: ") + to_string(event.type)
        );
        fired.set();
    });
    watched.get(limit);
    const auto stat = zk.set_async(path, "goodbye").get(limit);
    if (!fired.wait(limit)) throw std::runtime_error("the watch did not fire");
    tell("zk.set_async(path, \"goodbye\")", "now version " + std::to_string(stat.version));
}

void clean_up(kazoo::KazooClient& zk, const std::string& path) {
    zk.delete_recursive_async(path).get(limit);
    tell("zk.delete_recursive_async(path)", "deleted");
    const auto stat = zk.exists_async(path).get(limit);
    tell("zk.exists_async(path)", stat ? "it is still there" : "it no longer exists");
    zk.stop();
    tell("zk.stop()", std::string("the session is closed, state ") + to_string(zk.state()));
}

}  // namespace

int main(int argc, char** argv) {
    try {
        std::optional<kazoo::testing::Server> embedded;
        if (argc < 2 && std::getenv("ZOOKEEPER_HOSTS") == nullptr) embedded.emplace();
        const auto servers = embedded ? embedded->hosts() : hosts(argc, argv);
        const auto path = own_path("tour");
        kazoo::KazooClient zk(kazoo::ClientOptions().hosts(servers));
        connect(zk, servers);
        create_and_read(zk, path);
        list_children(zk, path);
        fail(zk, path);
        watch_a_change(zk, path);
        clean_up(zk, path);
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
