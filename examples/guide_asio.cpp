// The snippets of docs/asynchronous-usage.md on a Boost.Asio loop, with coroutines.
#include "hosts.hpp"

#include <kazoo/asio.hpp>
#include <kazoo/kazoo.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <iostream>
#include <memory>
#include <string>

namespace asio = boost::asio;

namespace {

//! [coroutine]
/// A coroutine of the library's: its result is one like any other. Parameters by value.
kazoo::AsyncResult<std::size_t> count(kazoo::KazooClient& zk, std::string path) {
    const auto children = co_await zk.get_children_async(path);
    co_return children.size();
}

/// One of Boost.Asio's awaits the same results with a completion token.
asio::awaitable<void> serve(kazoo::KazooClient& zk) {
    const auto children = co_await count(zk, "/")(asio::use_awaitable);
    std::cout << "children: " << children << std::endl;
    zk.stop();
}
//! [coroutine]

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
