// SPDX-License-Identifier: Apache-2.0
// The memory of idle sessions and of watches, of which a process may have very many.
// docs/performance.md has the figures.
#include "bytes_in_use.hpp"
#include "patience.hpp"
#include "server_process.hpp"
#include "support/running_loop.hpp"
#include "support/wait_until.hpp"

#include <kazoo/kazoo.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kazoo::memory_tests {
namespace {

using testing_support::RunningLoop;
using testing_support::wait_until;
using namespace std::chrono_literals;

class IdleSessions {
public:
    void start(std::size_t count) {
        const auto options =
            ClientOptions().hosts(server_hosts).logger(Logger::none()).handler(loop_.handler());
        std::vector<Event> started;
        for (std::size_t i = 0; i < count; ++i) {
            clients_.push_back(std::make_unique<KazooClient>(options));
            started.push_back(clients_.back()->start_async());
        }
        for (const auto& event : started) {
            ASSERT_TRUE(event.wait(patience));
        }
    }
    [[nodiscard]] KazooClient& first() { return *clients_.front(); }

private:
    RunningLoop loop_;
    std::vector<std::unique_ptr<KazooClient>> clients_;
};

TEST(FootprintTest, AnIdleSessionNeedsLittleMemory) {
    constexpr std::size_t count = 100;
    IdleSessions sessions;
    sessions.start(10);  // with what the first ones allocate for all
    const auto before = bytes_in_use();
    sessions.start(count);
    const auto each = (bytes_in_use() - before) / count;
    EXPECT_LT(each, std::size_t{16} << 10);
    EXPECT_GT(each, std::size_t{1} << 10) << "something is not counted";
}

TEST(FootprintTest, AConnectionThatHasBecomeIdleNeedsNoLargeBuffer) {
    IdleSessions sessions;
    sessions.start(1);
    auto& zk = sessions.first();
    zk.create_async("/footprint", std::string(500'000, 'x')).wait(patience);  // or it is there
    zk.get_async("/footprint").get(patience);
    const auto read_small = [&] { zk.exists_async("/none").get(patience); };
    const auto before = bytes_in_use();
    zk.get_async("/footprint").get(patience);
    const auto large = bytes_in_use();
    for (int i = 0; i < 100; ++i) {
        read_small();
    }
    EXPECT_TRUE(
        wait_until([&] { return bytes_in_use() + (50 << 10) < std::max(before, large); }, 10s)
    ) << before
      << " bytes before, " << large << " after, now " << bytes_in_use();
}

/// Sets one-shot watches of nodes that do not exist. Returns the length of their paths.
std::size_t set_watches(
    KazooClient& zk, const std::string& name, std::size_t count, const Watcher& shared
) {
    constexpr std::size_t at_a_time = 1000;
    std::size_t length = 0;
    for (std::size_t first = 0; first < count; first += at_a_time) {
        std::vector<AsyncResult<std::optional<ZnodeStat>>> results;
        for (std::size_t i = first; i < first + at_a_time; ++i) {
            const auto path = "/watched/" + name + std::to_string(100'000 + i);
            length = path.size();
            const auto own = shared ? shared : Watcher([](const WatchedEvent&) {});
            results.push_back(zk.exists_async(path, own));
        }
        for (const auto& result : results) {
            result.get(patience);
        }
    }
    return length;
}

class WatchFootprintTest : public ::testing::TestWithParam<bool> {};

TEST_P(WatchFootprintTest, AOneShotWatchNeedsLittleMemoryBesideItsPath) {
    constexpr std::size_t count = 20'000;
    IdleSessions sessions;
    sessions.start(1);
    const auto shared = GetParam() ? Watcher([](const WatchedEvent&) {}) : Watcher();
    // What the first use allocates is not that of the watches.
    set_watches(sessions.first(), "a-", 2'000, shared);
    const auto before = bytes_in_use();
    const auto length = set_watches(sessions.first(), "b-", count, shared);
    const auto each = static_cast<double>(bytes_in_use() - before) / count;
    // About 64 and, with the function object, 96.
    EXPECT_LT(each - static_cast<double>(length), GetParam() ? 72 : 104);
    EXPECT_GT(each, 40) << "something is not counted";
}

INSTANTIATE_TEST_SUITE_P(Functions, WatchFootprintTest, ::testing::Bool(), [](const auto& shared) {
    return shared.param ? "Shared" : "OfItsOwn";
});

}  // namespace
}  // namespace kazoo::memory_tests
