// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/client.hpp>
#include <kazoo/handlers/fiber.hpp>
#include <kazoo/promise.hpp>
#include <kazoo/testing/server.hpp>

#include <boost/fiber/fiber.hpp>
#include <boost/fiber/operations.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <thread>

namespace kazoo::testing_support {

using namespace std::chrono_literals;

/// Longer than any step of these tests takes.
constexpr std::chrono::seconds patience{20};

/// Runs a test in a thread of its own; its fibers start and end within it.
template <class Body>
void in_new_thread(Body body) {
    std::thread(std::move(body)).join();
}

/// A client that shares its thread with the fibers that use it.
struct FiberClient {
    FiberClient() { zk.start(patience); }
    testing::Server server;
    std::shared_ptr<SequentialFiberHandler> handler = std::make_shared<SequentialFiberHandler>();
    KazooClient zk{ClientOptions().hosts(server.hosts()).handler(handler)};
};

}  // namespace kazoo::testing_support
