// SPDX-License-Identifier: Apache-2.0
// A client on an event loop without built-in support, here GLib's. The handler in glib_handler.hpp
// adapts it; callbacks run in g_main_loop_run(), like other sources of the program.
#include "glib_handler.hpp"
#include "hosts.hpp"

#include <kazoo/kazoo.hpp>

#include <chrono>
#include <exception>
#include <iostream>
#include <memory>
#include <string>
#include <thread>

using namespace std::chrono_literals;

namespace {

kazoo::AsyncResult<void> work(kazoo::KazooClient& zk, std::thread::id loop_thread) {
    const auto patience = kazoo::CallOptions().timeout(10s);
    const std::string path = own_path("glib");
    co_await zk.create_async(path, "hello", {}, patience);
    const auto node = co_await zk.get_async(path);
    std::cout << "awaited: '" << node.data << "'"
              << (std::this_thread::get_id() == loop_thread ? ", on the loop's thread\n" : "\n");
    try {
        zk.get(path);
    } catch (const kazoo::WouldDeadlockError&) {
        std::cout << "a blocking call on the loop's thread throws WouldDeadlockError\n";
    }
    co_await zk.delete_async(path);
}

int run(const std::string& hosts) {
    boost::asio::thread_pool connection(1);
    GMainLoop* const loop = g_main_loop_new(nullptr, FALSE);
    int status = 1;
    {
        const auto handler = std::make_shared<GlibHandler>(nullptr, connection);
        kazoo::KazooClient zk(kazoo::ClientOptions().hosts(hosts).handler(handler));
        zk.add_listener([loop](kazoo::KazooState state) {
            std::cout << "the session is " << state << '\n';
            if (state == kazoo::KazooState::LOST) g_main_loop_quit(loop);
        });
        zk.start_async();
        work(zk, std::this_thread::get_id()).rawlink([&](const kazoo::AsyncResult<void>& result) {
            status = result.successful() ? 0 : 1;
            if (!result.successful()) {
                std::cerr << result.result().failure() << '\n';
                g_main_loop_quit(loop);
            }
            zk.stop();  // on the loop's thread: returns at once
        });
        g_main_loop_run(loop);
    }
    connection.join();
    while (g_main_context_iteration(nullptr, FALSE)) {  // runs what was pending when the loop quit
    }
    g_main_loop_unref(loop);
    return status;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run(hosts(argc, argv));
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
