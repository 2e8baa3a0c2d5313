// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/kazoo.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <memory>
#include <utility>

namespace kazoo::testing_support {

/// A client on a loop that the test runs. It never opens a socket: begin() queues a stop before the
/// client's own first step.
class LoopClient {
public:
    explicit LoopClient(ClientOptions options = ClientOptions())
        : zk(std::move(options).handler(std::make_shared<SequentialAsioHandler>(loop))) {}

    /// From here to the next run() the client accepts operations, which wait for a connection.
    void begin() {
        boost::asio::post(loop, [this] { zk.stop(); });
        zk.start_async();
    }
    void run() {
        loop.restart();
        loop.run();
    }

    boost::asio::io_context loop;
    KazooClient zk;
};

}  // namespace kazoo::testing_support
