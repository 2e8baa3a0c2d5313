// SPDX-License-Identifier: Apache-2.0
// A session that is handed over while memory is short: either the caller gets it, or the client
// keeps it.
#include "each_allocation.hpp"
#include "patience.hpp"
#include "server_process.hpp"
#include "support/allocations/allocations.hpp"
#include "support/handler_kit.hpp"
#include "support/wait_until.hpp"

#include <kazoo/kazoo.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace kazoo {
namespace {

using testing_support::Exposed;
using testing_support::handler_kind;
using testing_support::Shortage;
using testing_support::Spared;
using namespace std::chrono_literals;

using memory_tests::patience;

class HandoverMemoryTest : public ::testing::TestWithParam<const char*> {};

TEST_P(HandoverMemoryTest, TheSessionIsNotLost) {
    const Spared test_itself;
    auto kit = handler_kind(GetParam()).make();
    memory_tests::for_each_allocation(60s, [&](long nth) {
        bool met = false;
        KazooClient zk(ClientOptions()
                           .hosts(memory_tests::server_hosts)
                           .timeout(2s)
                           .handler(kit->handler())
                           .logger(Logger::none()));
        zk.start(patience);
        AsyncResult<SessionHandover> result;
        {
            const Shortage shortage(nth);
            {
                const Exposed client;
                result = zk.detach_async();
            }
            result.wait(patience);
            met = shortage.met();
        }
        EXPECT_TRUE(result.successful() || zk.connected());
        return met;
    });
    EXPECT_TRUE(kit->shut_down(patience));
}

INSTANTIATE_TEST_SUITE_P(
    Handlers,
    HandoverMemoryTest,
    ::testing::Values("Threading", "Asio"),
    [](const auto& kind) { return std::string(kind.param); }
);

}  // namespace
}  // namespace kazoo
