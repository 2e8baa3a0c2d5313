// SPDX-License-Identifier: Apache-2.0
// A million watch handles: the memory of each, and times that grow with their number only.
#include "patience.hpp"
#include "server_process.hpp"
#include "support/wait_until.hpp"

#include <kazoo/kazoo.hpp>

#include <gtest/gtest.h>
#include <malloc.h>

#include <atomic>
#include <chrono>
#include <ctime>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

namespace kazoo::memory_tests {
namespace {

using testing_support::wait_until;
using namespace std::chrono_literals;

constexpr int million = 1'000'000;
constexpr int tenth = million / 10;

/// Returns the bytes of malloc's blocks that are in use, with their headers.
double bytes_in_use() {
    const auto info = ::mallinfo2();
    return static_cast<double>(info.uordblks + info.hblkhd);
}

/// Returns the CPU time of this thread.
template <class Work>
double seconds_of(Work&& work) {
    const auto now = [] {
        timespec used{};
        ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
        return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
    };
    const auto before = now();
    work();
    return now() - before;
}

class WatchHandlesTest : public ::testing::Test {
protected:
    WatchHandlesTest() {
        zk.start(patience);
        handles.reserve(million);
    }

    [[nodiscard]] int watches_on_server() {
        const auto answer = zk.command("wchs");
        return std::stoi(answer.substr(answer.rfind(':') + 1));
    }
    /// Adds a tenth of a million handles and drops them, then a million. Returns the bytes of each.
    template <class Add>
    double add_and_drop(Add&& add, const std::function<void()>& with_a_million) {
        const auto add_tenth = seconds_of([&] { add(tenth); });
        const auto drop_tenth = seconds_of([&] { handles.clear(); });
        const auto before = bytes_in_use();
        const auto add_all = seconds_of([&] { add(million); });
        const auto each = (bytes_in_use() - before) / million;
        with_a_million();
        const auto drop_all = seconds_of([&] { handles.clear(); });
        std::cout << each << " bytes for each handle; CPU time of adding " << tenth << ": "
                  << add_tenth << " s, of dropping them: " << drop_tenth
                  << " s; of a million: " << add_all << " s and " << drop_all << " s\n";
        // Ten times as many. A hundred times the time would mean that each one costs more.
        EXPECT_LT(add_all, 40 * add_tenth);
        EXPECT_LT(drop_all, 40 * drop_tenth);
        return each;
    }

    KazooClient zk{ClientOptions().hosts(server_hosts).logger(Logger::none())};
    std::vector<WatchHandle> handles;
};

TEST_F(WatchHandlesTest, OneMillionOfOnePath) {
    zk.create("/one");
    std::atomic<int> calls{0};
    const auto add = [&](int count) {
        for (int i = 0; i < count; ++i) {
            handles.push_back(zk.add_watch("/one", WatchMode::persistent, [&calls](const auto&) {
                ++calls;
            }));
        }
    };
    const auto each = add_and_drop(add, [&] {
        zk.set("/one", "one event for each");
        EXPECT_TRUE(wait_until([&] { return calls == million; }, patience)) << calls;
        EXPECT_EQ(watches_on_server(), 1);
    });
    EXPECT_LE(each, 140) << "64 for the handle, 64 for its function";
    EXPECT_TRUE(wait_until([&] { return watches_on_server() == 0; }, patience));
}

TEST_F(WatchHandlesTest, OneMillionOfAThousandPaths) {
    constexpr int paths = 1000;
    const Watcher shared([](const WatchedEvent&) {});
    const auto add = [&](int count) {
        for (int i = 0; i < count; ++i) {
            const auto path = "/many-" + std::to_string(i % paths);
            handles.push_back(zk.add_watch(path, WatchMode::persistent_recursive, shared));
        }
    };
    const auto each = add_and_drop(add, [&] { EXPECT_EQ(watches_on_server(), paths); });
    EXPECT_LE(each, 76) << "64 for the handle, and its part of the watch of the path";
    EXPECT_TRUE(wait_until([&] { return watches_on_server() == 0; }, patience));
}

}  // namespace
}  // namespace kazoo::memory_tests
