// SPDX-License-Identifier: Apache-2.0
// Protected creates and guaranteed deletes whose allocations fail: each fails once, on whichever
// thread, while replies are lost. Operations fail with out_of_memory only, and no node is left.
#include "each_allocation.hpp"
#include "patience.hpp"
#include "server_process.hpp"
#include "support/allocations/allocations.hpp"
#include "support/handler_kit.hpp"
#include "support/wait_until.hpp"

#include <kazoo/detail/drop_connection.hpp>
#include <kazoo/kazoo.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace kazoo {
namespace {

using testing_support::Exposed;
using testing_support::handler_kind;
using testing_support::HandlerKind;
using testing_support::Shortage;
using testing_support::Spared;
using testing_support::wait_until;
using namespace std::chrono_literals;

using memory_tests::patience;

class GuaranteedMemoryTest : public ::testing::TestWithParam<const char*> {
protected:
    /// Returns whether the call succeeded. Any failure must be a lack of memory, or that of a
    /// request that the lost connection has not sent.
    template <class Call>
    static bool fair(const char* what, Call&& call) {
        try {
            const Exposed client;
            call();
            return true;
        } catch (const KazooException& e) {
            const bool unsent =
                e.code() == Errc::connection_loss && e.outcome() == Outcome::not_sent;
            EXPECT_TRUE(unsent || e.code() == ClientErrc::out_of_memory)
                << what << ": " << e.what();
        } catch (const std::bad_alloc&) {
        }
        return false;
    }

    /// Creates and deletes a node during a shortage. Returns whether there was one. Each life has a
    /// parent of its own, because a server may execute a create of an earlier life late, after its
    /// deletion in the background has ended for want of memory.
    static bool live(KazooClient& zk, KazooClient& other, long nth) {
        const auto parent = "/m/" + std::to_string(nth);
        other.create(parent);
        const auto member = CreateOptions().ephemeral().sequence().protect();
        bool met = false;
        {
            const Shortage shortage(nth);
            CreatedNode node;
            const bool created = fair("create", [&] {
                const auto result = zk.create_with_stat_async(parent + "/n-", "x", member);
                detail::drop_connection(zk);
                node = result.get(patience);
            });
            if (created) {
                fair("delete", [&] {
                    const auto result = zk.delete_guaranteed_async(node.path, node.stat.czxid);
                    detail::drop_connection(zk);
                    result.get(patience);
                });
            }
            fair("cancelled create", [&] {
                const auto result = zk.create_async(parent + "/n-", "x", member);
                result.cancel();
                result.wait(patience);
                if (result.successful()) {  // the reply came before
                    const Spared test_itself;
                    other.delete_(*result.value());
                }
            });
            met = shortage.met();
        }
        EXPECT_TRUE(wait_until([&] { return zk.connected(); }, patience));
        EXPECT_TRUE(wait_until(
            [&] {
                const auto left = other.get_children(parent);
                for (const auto& name : left) {
                    // A deletion in the background that lacked the memory logs that it has ended.
                    if (met) other.delete_recursive(parent + "/" + name);
                }
                return left.empty();
            },
            patience
        ));
        return met;
    }
};

// A result that says "not sent" is true: the value that the server has returned may have been lost
// for want of memory.
TEST_P(GuaranteedMemoryTest, ACreateThatWasNotSentLeavesNoNode) {
    const Spared test_itself;
    auto kit = handler_kind(GetParam()).make();
    {
        KazooClient zk(ClientOptions()
                           .hosts(memory_tests::server_hosts)
                           .logger(Logger::none())
                           .handler(kit->handler()));
        zk.start(patience);
        zk.delete_recursive("/u");
        zk.create("/u");
        memory_tests::for_each_allocation(60s, [&](long nth) {
            bool met = false;
            const auto name = "n" + std::to_string(nth);
            AsyncResult<std::string> result;
            {
                const Shortage shortage(nth);
                {
                    const Exposed client;
                    result = zk.create_async("/u/" + name, "x", CreateOptions().protect());
                }
                result.wait(patience);
                met = shortage.met();
            }
            const auto created = result.result();
            if (!created && created.failure().outcome() == Outcome::not_sent) {
                for (const auto& child : zk.get_children("/u")) {
                    EXPECT_FALSE(child.ends_with("-" + name)) << created.failure().message();
                }
            }
            return met;
        });
    }
    EXPECT_TRUE(kit->shut_down(patience));
}

TEST_P(GuaranteedMemoryTest, SurvivesTheFailureOfAnyAllocation) {
    const Spared test_itself;
    auto kit = handler_kind(GetParam()).make();
    {
        const auto options =
            ClientOptions().hosts(memory_tests::server_hosts).logger(Logger::none());
        KazooClient other(options);
        other.start(patience);
        other.delete_recursive("/m");
        other.create("/m");
        KazooClient zk(ClientOptions(options)
                           .connection_retry(RetryPolicy().delay(2ms))
                           .handler(kit->handler()));
        zk.start(patience);
        memory_tests::for_each_allocation(60s, [&](long nth) { return live(zk, other, nth); });
    }
    EXPECT_TRUE(kit->shut_down(patience));
}

INSTANTIATE_TEST_SUITE_P(
    Handlers,
    GuaranteedMemoryTest,
    ::testing::Values("Threading", "Asio"),
    [](const auto& kind) { return std::string(kind.param); }
);

}  // namespace
}  // namespace kazoo
