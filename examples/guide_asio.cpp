// SPDX-License-Identifier: Apache-2.0
// The snippets of docs/asynchronous-usage.md for a Boost.Asio loop and coroutines.
#include "hosts.hpp"

#include <kazoo/asio.hpp>
#include <kazoo/kazoo.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <exception>
#include <iostream>
#include <memory>
#include <string>

namespace asio = boost::asio;

namespace {

//! [coroutine]
/// A coroutine that returns an AsyncResult. Take parameters by value: it outlives the call.
kazoo::AsyncResult<std::size_t> count(kazoo::KazooClient& zk, std::string path) {
    const auto children = co_await zk.get_children_async(path);
    co_return children.size();
}

/// A coroutine of Boost.Asio awaits results with a completion token.
asio::awaitable<void> serve(kazoo::KazooClient& zk) {
    const auto children = co_await count(zk, "/")(asio::use_awaitable);
    std::cout << "children: " << children << std::endl;
    zk.stop();
}
//! [coroutine]

//! [names]
/// With g++ 12: start the operation in one statement and await it in the next.
kazoo::AsyncResult<std::string> read(kazoo::KazooClient& zk, std::string name, bool mine) {
    const auto exists = zk.ensure_path_async("/a");
    if (co_await exists) std::cout << "/a is there" << std::endl;

    const auto node = zk.get_async(
        mine ? "/a/" + name : std::string("/a"),
        kazoo::Watcher([name](const kazoo::WatchedEvent&) { std::cout << name << std::endl; })
    );
    co_return (co_await node).data;
}
//! [names]

//! [section]
/// Deletes the node again when the work has ended, also if the coroutine was cancelled.
kazoo::AsyncResult<void> hold(kazoo::KazooClient& zk, kazoo::AsyncResult<void> work) {
    const auto path = co_await zk.create_async("/held", {}, kazoo::CreateOptions().ephemeral());
    std::exception_ptr failure;
    try {
        co_await work;
    } catch (...) {
        failure = std::current_exception();  // no co_await in a catch block
    }
    const auto section = co_await kazoo::this_coro::uncancellable;
    co_await zk.delete_async(path);
    if (failure) std::rethrow_exception(failure);
}
//! [section]

//! [error_code]
/// Failures as error codes, as is common with Boost.Asio.
asio::awaitable<void> look(kazoo::KazooClient& zk) {
    auto [error, node] = co_await zk.get_async("/a")(asio::as_tuple(asio::use_awaitable));
    if (error == kazoo::Errc::no_node) std::cout << "/a is missing" << std::endl;
    if (!error) std::cout << node.data << std::endl;
}
//! [error_code]

asio::awaitable<void> others(kazoo::KazooClient& zk) {
    co_await look(zk);
    const auto text = read(zk, "name", false);
    std::cout << "/a holds " << co_await text(asio::use_awaitable) << std::endl;
    const auto held = hold(zk, kazoo::sleep_async(zk.handler(), std::chrono::milliseconds(1)));
    co_await held(asio::use_awaitable);
    zk.stop();
}

void rethrow(std::exception_ptr error) {
    if (error) std::rethrow_exception(error);
}

void run(const std::string& hosts) {
    //! [setup]
    asio::io_context loop;
    kazoo::KazooClient zk(kazoo::ClientOptions().hosts(hosts).handler(
        std::make_shared<kazoo::SequentialAsioHandler>(loop)
    ));
    zk.start_async();
    asio::co_spawn(loop, serve(zk), [](std::exception_ptr error) {
        if (error) std::rethrow_exception(error);
    });
    loop.run();  // until the client has stopped
    //! [setup]
    loop.restart();
    zk.start_async();
    asio::co_spawn(loop, others(zk), rethrow);
    loop.run();
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
