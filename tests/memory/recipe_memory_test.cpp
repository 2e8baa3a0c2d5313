// SPDX-License-Identifier: Apache-2.0
// Recipes whose allocations fail: each fails once, on whichever thread. A recipe may fail with
// OutOfMemoryError, but it leaves no node behind, and the next object can be used.
#include "each_allocation.hpp"
#include "patience.hpp"
#include "server_process.hpp"
#include "support/allocations/allocations.hpp"
#include "support/handler_kit.hpp"
#include "support/wait_until.hpp"

#include <kazoo/kazoo.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <new>
#include <optional>
#include <string>
#include <vector>

namespace kazoo {
namespace {

using testing_support::Exposed;
using testing_support::handler_kind;
using testing_support::Shortage;
using testing_support::Spared;
using testing_support::wait_until;
using namespace std::chrono_literals;

using memory_tests::patience;

class RecipeMemoryTest : public ::testing::TestWithParam<const char*> {
protected:
    static constexpr std::chrono::seconds limit{20};

    /// Calls `use(zk)` once for each allocation, which fails. No node may be left in `folder`.
    template <class Use>
    void for_each_allocation(const std::string& folder, Use use) {
        const Spared test_itself;
        auto kit = handler_kind(GetParam()).make();
        {
            KazooClient zk(ClientOptions()
                               .hosts(memory_tests::server_hosts)
                               .handler(kit->handler())
                               .logger(Logger::none()));
            zk.start(patience);
            zk.ensure_path(folder);
            memory_tests::for_each_allocation(limit, [&](long nth) {
                const bool met = use_in_shortage(zk, nth, use);
                EXPECT_TRUE(wait_until([&] { return nodes_in(zk, folder).empty(); }, 10s))
                    << nodes_in(zk, folder).at(0);
                return met;
            });
        }
        EXPECT_TRUE(kit->shut_down(patience));
    }

private:
    /// Returns the children, except the one that opens a double barrier: the last member to leave
    /// deletes it, and a member that could not enter has not left.
    static std::vector<std::string> nodes_in(KazooClient& zk, const std::string& folder) {
        auto names = zk.get_children(folder);
        std::erase(names, "ready");
        return names;
    }

    /// Returns whether the shortage was met.
    template <class Use>
    static bool use_in_shortage(KazooClient& zk, long nth, Use& use) {
        const Shortage shortage(nth);
        try {
            const Exposed code_under_test;
            use(zk);
        } catch (const std::bad_alloc&) {
        } catch (const KazooException& error) {
            EXPECT_EQ(error.code(), ClientErrc::out_of_memory) << error.what();
        }
        return shortage.met();
    }
};

CallOptions soon() {
    return CallOptions().timeout(10s);  // pauses without memory are shorter
}

TEST_P(RecipeMemoryTest, OfALock) {
    for_each_allocation("/locks-in-short-memory", [](KazooClient& zk) {
        Lock lock(zk, "/locks-in-short-memory");
        auto held = lock.acquire_async(soon()).get();
        EXPECT_TRUE(held.release_async(soon()).get());
    });
}

TEST_P(RecipeMemoryTest, OfALockThatIsDropped) {
    for_each_allocation("/dropped-locks-in-short-memory", [](KazooClient& zk) {
        Lock lock(zk, "/dropped-locks-in-short-memory");
        const auto held = lock.acquire_async(soon()).get();
    });
}

TEST_P(RecipeMemoryTest, OfASemaphore) {
    for_each_allocation("/semaphore-in-short-memory/leases", [](KazooClient& zk) {
        Semaphore semaphore(zk, "/semaphore-in-short-memory", 2);
        auto held = semaphore.acquire_async(soon()).get();
        EXPECT_TRUE(held.release_async(soon()).get());
    });
}

TEST_P(RecipeMemoryTest, OfALeaderLatch) {
    for_each_allocation("/latch-in-short-memory", [](KazooClient& zk) {
        LeaderLatch latch(zk, "/latch-in-short-memory");
        latch.start();
        EXPECT_TRUE(latch.await_async(soon()).get().is_held());
    });
}

TEST_P(RecipeMemoryTest, OfAParty) {
    for_each_allocation("/party-in-short-memory", [](KazooClient& zk) {
        Party party(
            zk, "/party-in-short-memory", "a name that does not fit into the string itself"
        );
        party.join_async(soon()).get();
        EXPECT_TRUE(party.leave_async(soon()).get());
    });
}

TEST_P(RecipeMemoryTest, OfASequentialNode) {
    for_each_allocation("/nodes-in-short-memory", [](KazooClient& zk) {
        const PersistentNode node(
            zk,
            "/nodes-in-short-memory/node-",
            "data",
            PersistentNodeOptions().create(CreateOptions().ephemeral().sequence().protect())
        );
        node.wait_for_initial_create_async(soon()).get();
    });
}

TEST_P(RecipeMemoryTest, OfADoubleBarrier) {
    for_each_allocation("/double-barrier-in-short-memory", [](KazooClient& zk) {
        DoubleBarrier barrier(zk, "/double-barrier-in-short-memory", 1);
        barrier.enter_async(soon()).get();
        barrier.leave_async(soon()).get();
    });
}

TEST_P(RecipeMemoryTest, OfASetPartitioner) {
    for_each_allocation("/partition-in-short-memory/party", [](KazooClient& zk) {
        SetPartitioner partitioner(
            zk,
            "/partition-in-short-memory",
            {"the first item, which is long", "the second item, which is long"},
            SetPartitionerOptions().time_boundary(1ms)
        );
        EXPECT_TRUE(partitioner.wait_for_acquire_async(soon()).get());
        partitioner.finish_async(soon()).get();
    });
}

TEST_P(RecipeMemoryTest, OfALockingQueue) {
    for_each_allocation("/queue-in-short-memory/taken", [](KazooClient& zk) {
        {
            const Spared test_itself;
            static_cast<void>(
                zk.delete_recursive_async("/queue-in-short-memory/entries").wait(patience)
            );
            LockingQueue(zk, "/queue-in-short-memory").put("an item that is a long string");
        }
        LockingQueue queue(zk, "/queue-in-short-memory");
        EXPECT_FALSE(queue.get_async(soon()).get().empty());
        EXPECT_TRUE(queue.consume_async(soon()).get());
    });
}

/// Calls `change(before)`, which changes the data of a node from `before`. If that fails, the
/// outcome must be true.
template <class Change>
void expect_true_outcome(KazooClient& zk, const std::string& path, Change change) {
    std::string before;
    {
        const Spared test_itself;
        zk.ensure_path(path);
        before = zk.get(path).data;
    }
    std::optional<Error> error;
    try {
        change(before);
    } catch (const KazooException& failed) {
        error = failed.error();
    } catch (const std::bad_alloc&) {
        error = Error(ClientErrc::out_of_memory, Outcome::not_sent);  // thrown by the call itself
    }
    const Spared test_itself;
    const bool changed = zk.get(path).data != before;
    if (!error) {
        EXPECT_TRUE(changed);
    } else {
        EXPECT_EQ(error->code(), ClientErrc::out_of_memory) << error->message();
        EXPECT_TRUE(!changed || error->outcome() == Outcome::unknown) << error->message();
    }
}

void count(KazooClient& zk, const CounterOptions& options) {
    constexpr const char* path = "/counter-in-short-memory";
    expect_true_outcome(zk, path, [&](const std::string& before) {
        const auto change = Counter(zk, path, 0, options).add_async(1, soon()).get();
        EXPECT_EQ(std::to_string(change.pre_value), before.empty() ? "0" : before);
        EXPECT_EQ(change.post_value, change.pre_value + 1);
    });
}

TEST_P(RecipeMemoryTest, OfACounter) {
    for_each_allocation("/no-nodes", [](KazooClient& zk) { count(zk, CounterOptions()); });
}

TEST_P(RecipeMemoryTest, OfACounterWithMarkers) {
    for_each_allocation("/no-nodes", [](KazooClient& zk) {
        count(zk, CounterOptions().exactly_once("/counter-markers-in-short-memory"));
    });
}

TEST_P(RecipeMemoryTest, OfASharedValue) {
    constexpr const char* path = "/value-in-short-memory";
    for_each_allocation("/no-nodes", [&](KazooClient& zk) {
        expect_true_outcome(zk, path, [&](const std::string& before) {
            const SharedValue value(zk, path, "seed");
            const auto data = before.size() < 100 ? before + "x" : std::string(20, 'y');
            EXPECT_EQ(value.set_async(data, soon()).get().data, data);
        });
    });
}

INSTANTIATE_TEST_SUITE_P(
    Handlers,
    RecipeMemoryTest,
    ::testing::Values("Threading", "Asio"),
    [](const auto& kind) { return std::string(kind.param); }
);

}  // namespace
}  // namespace kazoo
