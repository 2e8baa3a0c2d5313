// SPDX-License-Identifier: Apache-2.0
// Long chains of results that wait for one another: completing the whole chain takes constant stack
// space.
#include "support/manual_handler.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/promise.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>

namespace {

using kazoo::AsyncResult;
using kazoo::direct;
using kazoo::Promise;
using kazoo::testing_support::ManualHandler;

constexpr int length = 100'000;
constexpr std::uintptr_t some_frames = 65'536;

/// Measures the stack used below the place where it was created.
class StackDepth {
public:
    [[gnu::noinline]] void look() {
        const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
        deepest_ = std::max(deepest_, top_ > here ? top_ - here : 0);
    }
    [[nodiscard]] std::uintptr_t deepest() const { return deepest_; }

private:
    std::uintptr_t top_ = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
    std::uintptr_t deepest_ = 0;
};

AsyncResult<int> after_previous(AsyncResult<int> previous, StackDepth& stack) {
    const int value = co_await previous;
    stack.look();
    co_return value + 1;
}

AsyncResult<int> directly_after(AsyncResult<int> previous, StackDepth& stack) {
    const int value = co_await direct(std::move(previous));
    stack.look();
    co_return value + 1;
}

using Step = AsyncResult<int> (*)(AsyncResult<int>, StackDepth&);

AsyncResult<int> chain(AsyncResult<int> first, Step step, StackDepth& stack, int steps = length) {
    for (int i = 0; i < steps; ++i) first = step(std::move(first), stack);
    return first;
}

TEST(CoroutineChain, EndsInTheCompletingThread) {
    StackDepth stack;
    Promise<int> promise;
    const auto last = chain(promise.result(), directly_after, stack);
    promise.set(0);
    EXPECT_EQ(last.get_nowait(), length);  // set() returns after all have completed
    EXPECT_LT(stack.deepest(), some_frames);
}

TEST(CoroutineChain, EndsWithoutAHandler) {
    StackDepth stack;
    Promise<int> promise;
    const auto last = chain(promise.result(), after_previous, stack);
    promise.set(0);
    EXPECT_EQ(last.get_nowait(), length);
    EXPECT_LT(stack.deepest(), some_frames);
}

TEST(CoroutineChain, EndsOnTheLane) {
    StackDepth stack;
    const auto handler = std::make_shared<ManualHandler>();
    Promise<int> promise(handler);
    const auto last = chain(promise.result(), after_previous, stack);
    promise.set(0);
    EXPECT_FALSE(last.ready());
    handler->run();
    EXPECT_EQ(last.get_nowait(), length);
    EXPECT_LT(stack.deepest(), some_frames);
}

/// Each callback links the next one to a result that is already ready.
void link_again(const AsyncResult<int>& ready, int links, int& calls, StackDepth& stack) {
    ready.rawlink([&calls, &stack, links](const AsyncResult<int>& r) {
        stack.look();
        ++calls;
        Promise<int> next;
        next.set(r.get());
        if (links > 1) link_again(next.result(), links - 1, calls, stack);
    });
}

TEST(CallbackChain, EndsWithoutAHandler) {
    StackDepth stack;
    Promise<int> promise;
    promise.set(1);
    int calls = 0;
    link_again(promise.result(), length, calls, stack);
    EXPECT_EQ(calls, length);
    EXPECT_LT(stack.deepest(), some_frames);
}

TEST(CoroutineChain, IsCancelledFromItsEnd) {
    for (const Step step : {after_previous, directly_after}) {
        StackDepth stack;
        Promise<int> promise;
        const auto last = chain(promise.result(), step, stack, length / 4);  // exceptions are slow
        EXPECT_TRUE(last.cancel());
        EXPECT_TRUE(promise.result().ready());
        ASSERT_TRUE(last.ready());
        EXPECT_EQ(last.result().error(), kazoo::ClientErrc::cancelled);
    }
}

}  // namespace
