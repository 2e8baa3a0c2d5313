// SPDX-License-Identifier: Apache-2.0
// Heap allocations of an operation on a warm session, in all threads of the client.
#include "server_process.hpp"
#include "support/allocations/allocations.hpp"
#include "support/handler_kit.hpp"

#include <kazoo/kazoo.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <semaphore>
#include <string>

namespace kazoo::memory_tests {
namespace {

using testing_support::all_allocations;
using testing_support::handler_kind;
using namespace std::chrono_literals;

constexpr auto patience = 20s;
constexpr auto path = "/operation-memory-test";  // too long for a std::string without a block
constexpr int window = 200;
constexpr int count = 2'000;
constexpr int blocking_count = 500;

/// What an operation allocates at most. The goal is 1 for each.
constexpr double of_get = 3.3;
constexpr double of_set = 2.3;
constexpr double of_exists = 2.3;
constexpr double of_blocking_get = 4.0;  // it copies the value if the client still refers to it

/// Performs `count` operations, of which at most `window` are in flight. The callback of each
/// starts the next.
template <class T, class Start>
class Pipeline {
public:
    explicit Pipeline(const Start& start) : start_(start) {}

    void run() {
        for (int i = 0; i < window; ++i) {
            start_one();
        }
        ASSERT_TRUE(done_.try_acquire_for(patience));
        EXPECT_EQ(failed_, 0);
    }

private:
    void start_one() {
        start_().rawlink([this](const AsyncResult<T>& result) {
            failed_ += result.successful() ? 0 : 1;
            ++ended_;
            if (ended_ <= count - window) {
                start_one();
            } else if (ended_ == count) {
                done_.release();
            }
        });
    }

    const Start& start_;
    int ended_ = 0;  // used by one callback at a time
    int failed_ = 0;
    std::binary_semaphore done_{0};
};

template <class Perform>
double allocations_of(int operations, const Perform& perform) {
    perform();
    const auto before = all_allocations();
    perform();
    return static_cast<double>(all_allocations() - before) / operations;
}

template <class T, class Start>
double allocations_of_pipelined(const Start& start) {
    return allocations_of(count, [&] { Pipeline<T, Start>(start).run(); });
}

class OperationMemoryTest : public ::testing::TestWithParam<const char*> {};

TEST_P(OperationMemoryTest, AllocatesFewBlocks) {
    auto kit = handler_kind(GetParam()).make();
    {
        KazooClient zk(ClientOptions().hosts(server_hosts).handler(kit->handler()));
        zk.start(patience);
        const std::string data(100, 'x');
        static_cast<void>(zk.create_or_set(path, data));
        EXPECT_LE(allocations_of_pipelined<NodeData>([&] { return zk.get_async(path); }), of_get);
        EXPECT_LE(
            allocations_of_pipelined<ZnodeStat>([&] { return zk.set_async(path, data); }), of_set
        );
        EXPECT_LE(
            allocations_of_pipelined<std::optional<ZnodeStat>>([&] { return zk.exists_async(path); }
            ),
            of_exists
        );
        const auto block = [&] {
            for (int i = 0; i < blocking_count; ++i) {
                static_cast<void>(zk.get(path));
            }
        };
        EXPECT_LE(allocations_of(blocking_count, block), of_blocking_get);
    }
    EXPECT_TRUE(kit->shut_down(patience));
}

INSTANTIATE_TEST_SUITE_P(
    Handlers,
    OperationMemoryTest,
    ::testing::Values("Threading", "Asio"),
    [](const auto& kind) { return std::string(kind.param); }
);

}  // namespace
}  // namespace kazoo::memory_tests
