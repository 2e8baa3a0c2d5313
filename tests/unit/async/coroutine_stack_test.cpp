// SPDX-License-Identifier: Apache-2.0
// Awaiting results that are already ready takes constant stack space.
#include "support/plain_task.hpp"

#include <kazoo/promise.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>

namespace {

using kazoo::AsyncResult;
using kazoo::direct;
using kazoo::Promise;
using kazoo::testing_support::PlainTask;

constexpr int many = 100'000;
constexpr std::uintptr_t a_few_frames = 4096;

/// Records the lowest and the highest stack address of its calls.
class StackRange {
public:
    [[gnu::noinline]] void look() {
        const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
        lowest_ = std::min(lowest_, here);
        highest_ = std::max(highest_, here);
    }
    [[nodiscard]] std::uintptr_t size() const { return highest_ - lowest_; }

private:
    std::uintptr_t lowest_ = UINTPTR_MAX;
    std::uintptr_t highest_ = 0;
};

AsyncResult<int> ready(int value) {
    Promise<int> promise;
    promise.set(value);
    return promise.result();
}

AsyncResult<int> coroutine(int value) {
    co_return value;
}

AsyncResult<std::int64_t> sum(StackRange& stack) {
    std::int64_t total = 0;
    for (int i = 0; i < many; ++i) {
        total += co_await ready(1);
        total += co_await direct(ready(1));
        total += co_await coroutine(1);
        stack.look();
    }
    co_return total;
}

TEST(CoroutineStack, DoesNotGrowInALoopOfReadyAwaits) {
    StackRange stack;
    EXPECT_EQ(sum(stack).get(), 3 * std::int64_t{many});
    EXPECT_LT(stack.size(), a_few_frames);
}

PlainTask sum_plainly(StackRange& stack, std::int64_t& total) {
    for (int i = 0; i < many; ++i) {
        total += co_await ready(1);
        total += co_await coroutine(1);
        stack.look();
    }
}

TEST(CoroutineStack, DoesNotGrowInForeignCoroutines) {
    StackRange stack;
    std::int64_t total = 0;
    EXPECT_TRUE(sum_plainly(stack, total).done());
    EXPECT_EQ(total, 2 * std::int64_t{many});
    EXPECT_LT(stack.size(), a_few_frames);
}

/// Completed from outside each time, so that the coroutine suspends each time.
AsyncResult<int> count(AsyncResult<int>& next, StackRange& stack, int rounds) {
    int total = 0;
    for (int i = 0; i < rounds; ++i) {
        total += co_await next;
        stack.look();
    }
    co_return total;
}

TEST(CoroutineStack, DoesNotGrowInALoopOfSuspensions) {
    constexpr int rounds = 100'000;
    StackRange stack;
    Promise<int> promise;
    AsyncResult<int> next = promise.result();
    const auto result = count(next, stack, rounds);
    for (int i = 0; i < rounds; ++i) {
        Promise<int> following;
        next = following.result();
        promise.set(1);
        std::swap(promise, following);
    }
    EXPECT_EQ(result.get(), rounds);
    EXPECT_LT(stack.size(), a_few_frames);
}

}  // namespace
