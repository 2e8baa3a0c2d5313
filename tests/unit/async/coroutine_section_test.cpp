// SPDX-License-Identifier: Apache-2.0
// Uncancellable sections of a coroutine, and resetting its cancellation.
#include <kazoo/event.hpp>
#include <kazoo/exceptions.hpp>
#include <kazoo/promise.hpp>
#include <kazoo/this_coro.hpp>

#include <gtest/gtest.h>

#include <exception>
#include <optional>
#include <string>
#include <utility>

namespace {

using kazoo::AsyncResult;
using kazoo::CancelledError;
using kazoo::direct;
using kazoo::Promise;
namespace this_coro = kazoo::this_coro;

/// Like a lock recipe: cleans up after the work, whatever its outcome.
AsyncResult<std::string> clean_up_after(AsyncResult<> work, AsyncResult<> clean_up) {
    std::exception_ptr failure;
    try {
        co_await work;
    } catch (...) {
        failure = std::current_exception();
    }
    {
        const auto section = co_await this_coro::uncancellable;
        co_await clean_up;
    }
    if (failure) std::rethrow_exception(failure);
    co_return "worked";
}

TEST(CoroutineSection, IsNotReachedByACancellationBefore) {
    Promise<> work;
    Promise<> clean_up;
    const auto result = clean_up_after(work.result(), clean_up.result());
    EXPECT_TRUE(result.cancel());
    EXPECT_FALSE(clean_up.result().ready());
    EXPECT_FALSE(result.ready());
    EXPECT_TRUE(clean_up.set());
    EXPECT_THROW(result.get(), CancelledError);
}

TEST(CoroutineSection, IsNotReachedByACancellationWithin) {
    Promise<> work;
    Promise<> clean_up;
    const auto result = clean_up_after(work.result(), clean_up.result());
    work.set();
    EXPECT_FALSE(result.cancel()) << "nothing was ended by it";
    EXPECT_TRUE(clean_up.set());
    EXPECT_EQ(result.get(), "worked");
}

AsyncResult<int> section_then(AsyncResult<> inside, AsyncResult<int> behind) {
    auto section = co_await this_coro::uncancellable;
    co_await inside;
    section.end();
    section.end();
    co_return co_await behind;
}

TEST(CoroutineSection, DefersCancellationToTheFirstAwaitAfterIt) {
    Promise<> inside;
    Promise<int> behind;
    const auto result = section_then(inside.result(), behind.result());
    result.cancel();
    EXPECT_FALSE(inside.result().ready());
    inside.set();
    EXPECT_TRUE(behind.result().ready());
    EXPECT_THROW(result.get(), CancelledError);
}

AsyncResult<> in_two_sections(AsyncResult<> first, AsyncResult<> second) {
    const auto outer = co_await this_coro::uncancellable;
    {
        auto inner = co_await this_coro::uncancellable;
        const auto moved = std::move(inner);
        co_await first;
    }
    co_await second;
}

TEST(CoroutineSection, MayBeNested) {
    Promise<> first;
    Promise<> second;
    const auto result = in_two_sections(first.result(), second.result());
    result.cancel();
    first.set();
    EXPECT_FALSE(second.result().ready());
    second.set();
    EXPECT_TRUE(result.successful());
}

AsyncResult<int> leaf(AsyncResult<int> awaited) {
    co_return co_await direct(awaited);
}
AsyncResult<int> calls_in_a_section(AsyncResult<int> awaited) {
    const auto section = co_await this_coro::uncancellable;
    co_return co_await leaf(awaited);
}

TEST(CoroutineSection, ProtectsAwaitedCoroutines) {
    Promise<int> promise;
    const auto result = calls_in_a_section(promise.result());
    EXPECT_FALSE(result.cancel());
    EXPECT_FALSE(promise.result().ready());
    promise.set(3);
    EXPECT_EQ(result.get(), 3);
}

AsyncResult<std::string> reset_after(AsyncResult<> first, AsyncResult<int> second) {
    std::string story;
    try {
        co_await first;
    } catch (const CancelledError&) {
        story = "cancelled";
    }
    if (co_await this_coro::cancelled) story += ", knows";
    const bool was = co_await this_coro::reset_cancellation;
    const bool again = co_await this_coro::reset_cancellation;
    if (was && !again) story += ", reset";
    if (!co_await this_coro::cancelled) story += ", forgotten";
    const int value = co_await second;
    co_return story + ", " + std::to_string(value);
}

TEST(CoroutineReset, ClearsTheCancellation) {
    Promise<> first;
    Promise<int> second;
    const auto result = reset_after(first.result(), second.result());
    result.cancel();
    EXPECT_FALSE(second.result().ready());
    second.set(7);
    EXPECT_EQ(result.get(), "cancelled, knows, reset, forgotten, 7");
}

// The return value of cancel().

AsyncResult<int> value_after(AsyncResult<int> awaited) {
    co_return co_await awaited;
}

TEST(CancelSays, TrueIfTheAwaitedOperationFails) {
    Promise<int> promise;
    const auto result = value_after(promise.result());
    EXPECT_TRUE(result.cancel());
    EXPECT_EQ(result.result().error(), kazoo::ClientErrc::cancelled);
}

/// The value has arrived, and the coroutine is about to be resumed.
TEST(CancelSays, FalseIfTheValueStillArrives) {
    Promise<int> promise;
    AsyncResult<int> result;
    std::optional<bool> cancelled;
    promise.result().rawlink([&](const AsyncResult<int>&) { cancelled = result.cancel(); });
    result = value_after(promise.result());
    promise.set(1);
    EXPECT_EQ(cancelled, false);
    EXPECT_EQ(result.get(), 1);
}

TEST(CancelSays, TrueForASharedResultThatFailsForAll) {
    Promise<int> promise;
    const auto one = value_after(promise.result());
    const auto other = value_after(promise.result());
    EXPECT_TRUE(one.cancel());
    EXPECT_EQ(other.result().error(), kazoo::ClientErrc::cancelled);
    EXPECT_FALSE(other.cancel());
}

AsyncResult<int> value_without_cancelling(AsyncResult<int> awaited) {
    const auto section = co_await this_coro::uncancellable;
    co_return co_await awaited;
}

TEST(CancelSays, SharedResultsAwaitedInASectionAreNotCancelled) {
    Promise<int> promise;
    const auto one = value_without_cancelling(promise.result());
    const auto other = value_after(promise.result());
    one.cancel();
    promise.set(1);
    EXPECT_EQ(other.get(), 1);
}

// Coroutines that wait for events.

AsyncResult<std::string> after(kazoo::Event event) {
    co_await event;
    co_return "set";
}

TEST(CoroutineEvent, ResumesWhenItIsSet) {
    kazoo::Event event;
    const auto result = after(event);
    EXPECT_FALSE(result.ready());
    event.set();
    EXPECT_EQ(result.get(), "set");
    EXPECT_EQ(after(event).get(), "set");
}

TEST(CoroutineEvent, CancellationAffectsOneWaiterOnly) {
    kazoo::Event event;
    const auto one = after(event);
    const auto other = after(event);
    EXPECT_TRUE(one.cancel());
    EXPECT_THROW(one.get(), CancelledError);
    event.set();
    EXPECT_EQ(other.get(), "set");
}

}  // namespace
