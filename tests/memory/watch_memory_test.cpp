// SPDX-License-Identifier: Apache-2.0
// A DataWatch whose allocations fail: each fails once, on whichever thread. The watch nevertheless
// reports the last state of its node, unless its constructor has thrown, and can be destroyed at
// any time.
#include "each_allocation.hpp"
#include "patience.hpp"
#include "server_process.hpp"
#include "support/allocations/allocations.hpp"
#include "support/handler_kit.hpp"
#include "support/wait_until.hpp"

#include <kazoo/kazoo.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
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

/// What the watch has reported last.
class Last {
public:
    void set(const DataChange& change) {
        const std::lock_guard lock(mutex_);
        data_ = change.node ? change.node->data : "absent";
    }
    bool is(std::string_view data) const {
        const std::lock_guard lock(mutex_);
        return data_ == data;
    }

private:
    mutable std::mutex mutex_;
    std::string data_;  // guarded by mutex_
};

class WatchMemoryTest : public ::testing::TestWithParam<const char*> {
protected:
    /// Calls `live(zk, path, nth)` for each allocation. The path does not fit into the string
    /// itself.
    template <class Live>
    static void for_each_allocation(Live live) {
        auto kit = handler_kind(GetParam()).make();
        {
            KazooClient zk(ClientOptions()
                               .hosts(memory_tests::server_hosts)
                               .handler(kit->handler())
                               .logger(Logger::none()));
            zk.start(patience);
            const std::string path = std::string("/watch-without-memory-") + GetParam();
            zk.ensure_path(path);
            memory_tests::for_each_allocation(60s, [&](long nth) { return live(zk, path, nth); });
        }
        EXPECT_TRUE(kit->shut_down(patience));
    }

    /// Follows a node during a shortage. Returns whether there was one.
    static bool follow(KazooClient& zk, const std::string& path, long nth) {
        const auto last = std::make_shared<Last>();
        std::optional<DataWatch> watch;
        bool met = false;
        {
            const Shortage shortage(nth);
            try {
                const Exposed code_under_test;
                watch.emplace(
                    zk,
                    path,
                    [last](const DataChange& change) {
                        const Spared test_itself;
                        last->set(change);
                    },
                    DataWatchOptions().retry(RetryPolicy().delay(2ms))
                );
            } catch (const std::bad_alloc&) {
            }
            for (const char* data : {"1", "2"}) {
                // Also a set without memory may be the one that is reported.
                static_cast<void>(zk.set_async(path, data).wait(patience));
                if (watch) {
                    wait_until([&] { return last->is(data); }, 20ms);
                }
            }
            met = shortage.met();
        }
        zk.set_async(path, "end").get(patience);
        if (watch) {
            EXPECT_TRUE(wait_until([&] { return last->is("end"); }, patience))
                << "ended: " << (watch->ended() ? to_string(*watch->ended()) : "no");
        }
        watch.reset();
        return met;
    }

    /// Destroys a watch while its read is under way, during a shortage. Returns whether there was
    /// one.
    static bool give_up(KazooClient& zk, const std::string& path, long nth) {
        bool met = false;
        {
            const Shortage shortage(nth);
            try {
                const Exposed code_under_test;
                const DataWatch watch(zk, path, [](const DataChange&) {});
            } catch (const std::bad_alloc&) {
            }
            zk.sync_async(path).wait(patience);  // behind the read
            met = shortage.met();
        }
        EXPECT_TRUE(zk.sync_async(path).wait(patience));
        return met;
    }
};

TEST_P(WatchMemoryTest, SurvivesTheFailureOfAnyAllocation) {
    const Spared test_itself;
    for_each_allocation(follow);
}

TEST_P(WatchMemoryTest, IsDestroyedWhileItReads) {
    const Spared test_itself;
    for_each_allocation(give_up);
}

INSTANTIATE_TEST_SUITE_P(
    Handlers,
    WatchMemoryTest,
    ::testing::Values("Threading", "Asio"),
    [](const auto& kind) { return std::string(kind.param); }
);

}  // namespace
}  // namespace kazoo
