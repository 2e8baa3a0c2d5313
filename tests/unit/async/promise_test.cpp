// SPDX-License-Identifier: Apache-2.0
#include "support/manual_handler.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/promise.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace {

using kazoo::AsyncResult;
using kazoo::CancelledError;
using kazoo::Promise;

TEST(Promise, CountsTheFirstCompletionOnly) {
    Promise<int> promise;
    EXPECT_TRUE(promise.set(1));
    EXPECT_FALSE(promise.set(2));
    EXPECT_FALSE(promise.set_exception(kazoo::NoNodeError()));
    EXPECT_FALSE(promise.set_exception(kazoo::Error(kazoo::Errc::no_node)));
    EXPECT_EQ(promise.result().get(), 1);

    Promise<int> failed;
    EXPECT_TRUE(failed.set_exception(kazoo::NoNodeError()));
    EXPECT_FALSE(failed.set(1));
    EXPECT_THROW(failed.result().get(), kazoo::NoNodeError);
}

TEST(Promise, CancelsItsResultWhenItIsDestroyedWithoutAValue) {
    AsyncResult<int> result;
    {
        const Promise<int> promise;
        result = promise.result();
    }
    ASSERT_TRUE(result.ready());
    EXPECT_THROW(result.get(), CancelledError);
}

TEST(Promise, LeavesACompleteResultAlone) {
    AsyncResult<int> result;
    {
        Promise<int> promise;
        result = promise.result();
        promise.set(1);
    }
    EXPECT_EQ(result.get(), 1);
}

TEST(Promise, ItsDestructionRunsLinkedCallbacks) {
    const auto handler = std::make_shared<kazoo::testing_support::ManualHandler>();
    int cancelled = 0;
    std::make_unique<Promise<int>>(handler)->result().rawlink([&](const AsyncResult<int>& r) {
        EXPECT_THROW(r.get(), CancelledError);
        ++cancelled;
    });
    handler->run();
    EXPECT_EQ(cancelled, 1);
}

TEST(Promise, MovingTransfersItsResult) {
    std::optional<Promise<int>> first(std::in_place);
    const auto result = first->result();
    Promise<int> second(std::move(*first));
    first.reset();
    EXPECT_FALSE(result.ready());
    EXPECT_TRUE(second.set(1));
    EXPECT_EQ(result.get(), 1);
}

TEST(Promise, AssignmentCancelsItsFormerResult) {
    Promise<int> promise;
    const auto old = promise.result();
    promise = Promise<int>();
    EXPECT_THROW(old.get(), CancelledError);
    EXPECT_FALSE(promise.result().ready());
    EXPECT_TRUE(promise.set(1));
}

TEST(Promise, CanBeCancelledByItsConsumer) {
    Promise<int> promise;
    const auto result = promise.result();
    EXPECT_TRUE(result.cancel());
    EXPECT_THROW(result.get(), CancelledError);
    EXPECT_EQ(result.result().error(), std::errc::operation_canceled);
    EXPECT_FALSE(result.cancel());
    EXPECT_FALSE(promise.set(1));
}

TEST(Promise, CannotBeCancelledOnceItIsComplete) {
    Promise<int> promise;
    promise.set(1);
    EXPECT_FALSE(promise.result().cancel());
    EXPECT_EQ(promise.result().get(), 1);
}

struct Refuses {
    explicit Refuses(bool refuse) {
        if (refuse) throw std::runtime_error("no such value");
    }
};

// Otherwise waiters would block indefinitely.
TEST(Promise, CompletesEvenIfMakingTheValueFails) {
    AsyncResult<Refuses> result;
    {
        Promise<Refuses> promise;
        result = promise.result();
        EXPECT_TRUE(promise.set(true));
        EXPECT_FALSE(promise.set(false));
    }
    ASSERT_TRUE(result.ready());
    EXPECT_FALSE(result.successful());
    EXPECT_THROW(result.get(), std::runtime_error);
}

TEST(Promise, ReportsCancellation) {
    Promise<int> promise;
    int told = 0;
    promise.on_cancel([&] {
        ++told;
        EXPECT_TRUE(promise.result().ready());
    });
    promise.on_cancel([&told, only_once = std::make_unique<int>(1)] { ++told; });
    EXPECT_EQ(told, 0);
    EXPECT_TRUE(promise.result().cancel());
    EXPECT_EQ(told, 2);
    EXPECT_FALSE(promise.result().cancel());
    EXPECT_EQ(told, 2);
    promise.on_cancel([&] { ++told; });
    EXPECT_EQ(told, 3) << "also if it comes late";
}

TEST(Promise, DoesNotReportLateCancellation) {
    const auto held = std::make_shared<int>(1);
    Promise<int> promise;
    int told = 0;
    promise.on_cancel([&told, held] { ++told; });
    promise.set(1);
    EXPECT_EQ(held.use_count(), 1) << "its captures are released on completion";
    EXPECT_FALSE(promise.result().cancel());
    promise.on_cancel([&told, held] { ++told; });
    EXPECT_EQ(told, 0);
    Promise<int> failed;
    failed.on_cancel([&told] { ++told; });
    failed.set_exception(CancelledError());
    EXPECT_EQ(told, 0) << "its own failure is not news to the producer";
}

TEST(Promise, ReportsTheCancellationOfAnAwaitingCoroutine) {
    Promise<int> promise;
    bool told = false;
    promise.on_cancel([&] { told = true; });
    const auto result = [](AsyncResult<int> awaited) -> AsyncResult<int> {
        co_return co_await awaited;
    }(promise.result());
    EXPECT_TRUE(result.cancel());
    EXPECT_TRUE(told);
}

}  // namespace
