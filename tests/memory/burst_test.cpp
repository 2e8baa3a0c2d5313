// SPDX-License-Identifier: Apache-2.0
// What a client keeps after a burst of operations.
#include "bytes_in_use.hpp"
#include "patience.hpp"
#include "server_process.hpp"
#include "support/wait_until.hpp"

#include <kazoo/kazoo.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace kazoo::memory_tests {
namespace {

using testing_support::wait_until;
using namespace std::chrono_literals;

TEST(BurstTest, ReturnsItsMemory) {
    KazooClient zk(ClientOptions().hosts(server_hosts));
    zk.start(patience);
    zk.create("/large", std::string(1'000'000, 'x'));
    zk.create("/small");
    const auto before = bytes_in_use();
    auto peak = before;
    for (int round = 0; round < 2; ++round) {
        std::vector<AsyncResult<NodeData>> reads;
        for (int i = 0; i < 40; ++i) {
            reads.push_back(zk.get_async("/large"));
        }
        std::vector<AsyncResult<ZnodeStat>> writes;
        for (int i = 0; i < 40'000; ++i) {
            writes.push_back(zk.set_async("/small", std::string(1000, 'y')));
        }
        for (const auto& read : reads) read.get(patience);
        for (const auto& write : writes) write.get(patience);
        peak = std::max(peak, bytes_in_use());
    }
    ASSERT_GT(peak, before + (30 << 20)) << "this was no burst";
    EXPECT_TRUE(wait_until([&] { return bytes_in_use() < before + (peak - before) / 8; }, 10s))
        << before << " bytes before, " << peak << " at most, " << bytes_in_use() << " after";
}

}  // namespace
}  // namespace kazoo::memory_tests
