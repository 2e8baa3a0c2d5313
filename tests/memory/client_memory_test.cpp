// SPDX-License-Identifier: Apache-2.0
// Whole clients whose allocations fail: over connecting, requests, watches, coroutines and stopping
// each allocation fails once, on whichever thread. The process neither ends nor hangs, operations
// fail with out_of_memory only, each watch event is delivered once, and the client then continues.
#include "patience.hpp"
#include "server_process.hpp"
#include "support/allocations/allocations.hpp"
#include "support/handler_kit.hpp"
#include "support/wait_until.hpp"

#include <kazoo/kazoo.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

namespace kazoo {
namespace {

using testing_support::Exposed;
using testing_support::handler_kinds;
using testing_support::HandlerKind;
using testing_support::Shortage;
using testing_support::Spared;
using testing_support::wait_until;
using namespace std::chrono_literals;

using memory_tests::patience;

/// A node with two children. Nothing that a life reads may grow with the number of lives: each
/// would then make more allocations than the one before, and the test would not end.
constexpr const char* family = "/family";

AsyncResult<std::string> in_steps(KazooClient& zk, std::string path) {
    const auto created = zk.create_async(path, "x");
    const auto made = co_await created;
    const auto read = zk.get_async(made);
    const auto node = co_await read;
    co_return node.data;
}

/// An operation without enough memory: out_of_memory, or what it meant for the connection.
void expect_fair(const std::error_code& error, const char* what, bool node_is_there) {
    const Spared spared;
    const bool missing = error == Errc::no_node && !node_is_there;
    if (error && error != ClientErrc::out_of_memory && !missing) {
        ADD_FAILURE() << what << ": " << error.message() << " (" << error.value() << ")";
    }
}

class ClientMemoryTest : public ::testing::TestWithParam<HandlerKind> {
protected:
    template <class Call>
    bool fair(const char* what, Call&& call) {
        try {
            const Exposed client;
            call();
            return true;
        } catch (const KazooException& e) {
            expect_fair(e.code(), what, node_is_there_);
        } catch (const std::bad_alloc&) {
        }
        return false;
    }

    void ask(
        KazooClient& zk, const std::string& path, std::atomic<int>& told, std::atomic<int>& reported
    ) {
        node_is_there_ = false;  // a create without memory may not have been sent
        fair("room", [&] { zk.room_async().get(patience); });
        node_is_there_ = fair("create", [&] { zk.create_async(path, "x").get(patience); });
        const Watcher watcher([&told](const WatchedEvent& event) {
            told += event.type == EventType::CHANGED ? 1 : 0;
        });
        const bool watches = fair("get", [&] { zk.get_async(path, watcher).get(patience); });
        WatchHandle handle;
        const bool lasts = fair("add_watch", [&] {
            const auto count = [&reported](const WatchedEvent&) { ++reported; };
            handle = zk.add_watch_async(path, WatchMode::persistent, count).get(patience);
        });
        fair("get_children", [&] { zk.get_children_async(family).get(patience); });
        const bool changed = fair("set", [&] { zk.set_async(path, "y").get(patience); });
        fair("get the latest", [&] {
            const auto latest = ReadOptions().consistency(Consistency::latest);
            zk.get_async(path, latest).get(patience);
        });
        fair("create_or_set", [&] { zk.create_or_set_async("/", "").get(patience); });
        fair("get_children_with_data", [&] {
            zk.get_children_with_data_async(family).get(patience);
        });
        fair("coroutine", [&] { in_steps(zk, path + "-c").get(patience); });
        fair("transaction", [&] {
            zk.transaction()
                .create(path + "-t", "x")
                .set_data(path + "-t", "y")
                .commit_async()
                .get(patience);
        });
        fair("multi_read", [&] {
            zk.multi_read().get("/").get_children(family).read_async().get(patience);
        });
        std::atomic<bool> called{false};
        if (fair("callback", [&] {
                auto result = zk.exists_async(path);
                result.rawlink([&called](AsyncResult<std::optional<ZnodeStat>>) { called = true; });
            })) {
            EXPECT_TRUE(wait_until([&] { return called.load(); }, patience)) << "never called back";
        }
        if (watches && changed) {
            EXPECT_TRUE(wait_until([&] { return told > 0; }, patience)) << "never completed";
        }
        EXPECT_LE(told, 1);
        if (lasts && changed) {
            EXPECT_TRUE(wait_until([&] { return reported > 0; }, patience)) << "no event, no gap";
        }
        fair("remove", [&] { handle.remove_async().get(patience); });
        fair("remove_watches", [&] {
            zk.get_async(path, watcher).get(patience);
            zk.remove_watches_async(path).get(patience);
        });
    }

    static void create_family() {
        KazooClient zk(ClientOptions().hosts(memory_tests::server_hosts).logger(Logger::none()));
        zk.start(patience);
        for (const char* child : {"/a", "/b"}) zk.ensure_path(std::string(family) + child);
    }

    /// One life with a shortage in it; says whether it was met.
    bool live(const HandlerKind& kind, long nth, const std::string& path) {
        std::atomic<int> told{0};
        std::atomic<int> reported{0};
        bool met = false;
        auto kit = kind.make();
        {
            KazooClient zk(ClientOptions()
                               .host_provider([] { return memory_tests::server_hosts; })
                               .handler(kit->handler())
                               .logger(Logger([](LogLevel, std::string_view) {})));
            kit->run_blocking([&] {
                const Spared test_itself;
                const Shortage shortage(nth);
                if (fair("start", [&] { zk.start(patience); })) {
                    ask(zk, path, told, reported);
                }
                met = shortage.met();
            });
            kit->run_blocking([&] {
                const Spared test_itself;
                if (!zk.connected()) {
                    zk.start(patience);
                }
                EXPECT_TRUE(zk.get_async("/").wait(patience)) << "deaf";
                const Shortage in_stop(nth % 40 + 1);
                const Exposed client;
                zk.stop();
            });
            EXPECT_FALSE(zk.connected());
        }
        EXPECT_TRUE(kit->shut_down(patience));
        return met;
    }

private:
    bool node_is_there_ = false;
};

TEST_P(ClientMemoryTest, SurvivesTheFailureOfAnyAllocation) {
    const Spared test_itself;
    constexpr long most = 5000;
    create_family();
    const std::string base = std::string("/") + GetParam().name;
    int missed = 0;
    for (long nth = 1; missed < 3; ++nth) {
        ASSERT_LT(nth, most) << "each life makes more allocations than the one before";
        SCOPED_TRACE("allocation " + std::to_string(nth));
        missed = live(GetParam(), nth, base + std::to_string(nth)) ? 0 : missed + 1;
        if (HasFailure()) {
            return;
        }
    }
}

/// Without those that an Asio strand carries (AsioStrand, Pool): a strand of Boost 1.81 to which a
/// task cannot be given for want of memory runs none after it. And without FiberPolling, which
/// differs from Fiber in how it sleeps, and would take minutes.
std::vector<HandlerKind> kinds_with_own_memory() {
    std::vector<HandlerKind> kinds{testing_support::asio_pool_kind()};
    for (const auto& kind : handler_kinds()) {
        const std::string name(kind.name);
        if (name != "AsioStrand" && name != "Pool" && name != "FiberPolling") {
            kinds.push_back(kind);
        }
    }
    return kinds;
}

INSTANTIATE_TEST_SUITE_P(
    Handlers,
    ClientMemoryTest,
    ::testing::ValuesIn(kinds_with_own_memory()),
    [](const auto& one) { return std::string(one.param.name); }
);

}  // namespace
}  // namespace kazoo
