// SPDX-License-Identifier: Apache-2.0
// A client on the program's own Boost.Asio loop. SequentialAsioHandler creates no threads: the
// connection and all callbacks run in io_context::run(), which returns once the client has stopped.
#include "hosts.hpp"

#include <kazoo/asio.hpp>
#include <kazoo/kazoo.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <exception>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

asio::awaitable<void> work(kazoo::KazooClient& zk) {
    // Requests may be issued before the client is connected; the timeout includes connecting.
    const auto patience = kazoo::CallOptions().timeout(10s);
    const std::string path = own_path("asio");
    co_await zk.create_async(path, "hello", {}, patience)(asio::use_awaitable);

    auto node = co_await zk.get_async(path)(asio::use_awaitable);
    std::cout << "awaited: '" << node.data << "'\n";

    zk.exists_async(path).rawlink([](kazoo::AsyncResult<std::optional<kazoo::ZnodeStat>> result) {
        std::cout << "called back: version " << result.get()->version << '\n';
    });

    try {
        zk.get(path);
    } catch (const kazoo::WouldDeadlockError&) {
        std::cout << "a blocking call on the loop's thread throws WouldDeadlockError\n";
    }
    co_await zk.delete_async(path)(asio::use_awaitable);
}

/// Runs the loop until the client has stopped. Returns the exception that left `work`, or null.
std::exception_ptr run(const std::string& hosts) {
    asio::io_context loop;
    kazoo::KazooClient zk(kazoo::ClientOptions().hosts(hosts).handler(
        std::make_shared<kazoo::SequentialAsioHandler>(loop)
    ));
    std::exception_ptr failure;
    zk.start_async();
    asio::co_spawn(loop, work(zk), [&](std::exception_ptr error) {
        failure = error;
        zk.stop();  // on the loop's thread: returns at once
    });
    loop.run();
    std::cout << "the loop has returned\n";
    return failure;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        if (const auto failure = run(hosts(argc, argv))) {
            std::rethrow_exception(failure);
        }
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
