// SPDX-License-Identifier: Apache-2.0
// Heap allocations of an operation on a warm session, in all threads of the client.
#include "base/recycled_blocks.hpp"
#include "patience.hpp"
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

constexpr auto path = "/operation-memory-test";  // too long for a std::string without a block
constexpr int window = 200;
constexpr int count = 2'000;
constexpr int blocking_count = 500;

/// What an operation allocates on the average: the state of its result unless it is recycled, and
/// the data of a get. The rest is for what a thread or a queue allocates now and then.
constexpr double rest = 0.05;
#if defined(__SANITIZE_ADDRESS__)
constexpr double recycled_state = 1;  // the sanitizer looks for uses of freed states
#else
constexpr double recycled_state = 0;
#endif
constexpr double new_state = 1;
constexpr double data_of_get = 1;
/// A blocking get copies the value if the client still refers to it.
constexpr double copied_data = 1;

/// Lets freed operations be used again while it exists; elsewhere in this program they are not.
class Recycling {
public:
    Recycling() { base::recycled_blocks::keep_freed(true); }
    ~Recycling() { base::recycled_blocks::keep_freed(false); }
    Recycling(const Recycling&) = delete;
    Recycling& operator=(const Recycling&) = delete;
};

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

class OperationMemoryTest : public ::testing::TestWithParam<const char*> {
protected:
    /// `state`: how many blocks the state of a result takes.
    static void expect_allocations(double state);
};

void OperationMemoryTest::expect_allocations(double state) {
    const auto kit = handler_kind(GetParam()).make();
    {
        KazooClient zk(ClientOptions().hosts(server_hosts).handler(kit->handler()));
        zk.start(patience);
        const std::string data(100, 'x');
        static_cast<void>(zk.create_or_set(path, data));
        EXPECT_LE(
            allocations_of_pipelined<NodeData>([&] { return zk.get_async(path); }),
            state + data_of_get + rest
        );
        EXPECT_LE(
            allocations_of_pipelined<ZnodeStat>([&] { return zk.set_async(path, data); }),
            state + rest
        );
        EXPECT_LE(
            allocations_of_pipelined<std::optional<ZnodeStat>>([&] { return zk.exists_async(path); }
            ),
            state + rest
        );
        const auto block = [&] {
            for (int i = 0; i < blocking_count; ++i) {
                static_cast<void>(zk.get(path));
            }
        };
        EXPECT_LE(allocations_of(blocking_count, block), state + data_of_get + copied_data + rest);
    }
    EXPECT_TRUE(kit->shut_down(patience));
}

TEST_P(OperationMemoryTest, AllocatesTheDataOfAGetOnly) {
    const Recycling recycling;
    expect_allocations(recycled_state);
}

TEST_P(OperationMemoryTest, AllocatesOneStateIfNoneIsRecycled) {
    expect_allocations(new_state);
}

INSTANTIATE_TEST_SUITE_P(
    Handlers,
    OperationMemoryTest,
    ::testing::Values("Threading", "Asio"),
    [](const auto& kind) { return std::string(kind.param); }
);

}  // namespace
}  // namespace kazoo::memory_tests
