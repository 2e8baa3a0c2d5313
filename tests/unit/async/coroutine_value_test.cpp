// SPDX-License-Identifier: Apache-2.0
// Coroutine return values that cannot be copied or moved at the crucial moment.
#include "support/manual_handler.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/promise.hpp>

#include <gtest/gtest.h>

#include <coroutine>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

namespace {

using kazoo::AsyncResult;
using kazoo::Promise;
using kazoo::testing_support::ManualHandler;

/// Throws at the nth copy of the original object.
class Fragile {
public:
    explicit Fragile(int copies) : copies_(copies) {}
    Fragile(const Fragile& other) : copies_(other.copies_ - 1) {
        if (copies_ < 0) throw std::runtime_error("no more copies");
    }
    Fragile& operator=(const Fragile&) = delete;
    [[nodiscard]] int copies() const { return copies_; }

private:
    int copies_;
};

AsyncResult<Fragile> give(int copies, AsyncResult<> awaited) {
    co_await awaited;
    const Fragile value(copies);
    co_return value;
}

TEST(CoroutineValue, FailingToCopyIsTheErrorOfTheResult) {
    int succeeded = 0;
    for (int copies = 0; copies < 5; ++copies) {
        Promise<> promise;
        const auto result = give(copies, promise.result());
        promise.set();
        ASSERT_TRUE(result.ready());
        if (result.successful()) {
            ++succeeded;
        } else {
            EXPECT_THROW(result.get(), std::runtime_error);
        }
    }
    EXPECT_GT(succeeded, 0);
    EXPECT_LT(succeeded, 5);
}

TEST(CoroutineValue, IsCopiedOnce) {
    Promise<> promise;
    promise.set();
    const auto result = give(1, promise.result());
    EXPECT_EQ(result.get().copies(), 0);
}

/// Its destructor throws, after the value has been returned.
struct Late {
    ~Late() noexcept(false) { throw std::runtime_error("late"); }
};
AsyncResult<Fragile> fail_after_the_value() {
    const Late late;
    co_return Fragile(9);
}

TEST(CoroutineValue, IsReplacedByALaterError) {
    const auto result = fail_after_the_value();
    EXPECT_THROW(result.get(), std::runtime_error);
}

/// Counts its copies.
struct Counted {
    explicit Counted(int& counter) : copies(&counter) {}
    Counted(const Counted& other) : copies(other.copies) { ++*copies; }
    Counted(Counted&& other) noexcept = default;
    Counted& operator=(const Counted&) = delete;
    int* copies;
};

/// Awaits a result to which it has a reference of its own.
template <class Awaited>
AsyncResult<> await(const std::shared_ptr<ManualHandler>&, Awaited awaited) {
    static_cast<void>(co_await std::move(awaited));
}

class AwaitedValue : public testing::Test {
protected:
    /// Completes the result and runs the lane. Returns how often the value was copied.
    int copies() {
        promise_->set(Counted(copies_));
        promise_.reset();
        handler->run();
        return copies_;
    }
    AsyncResult<Counted> result() { return promise_->result(); }

    const std::shared_ptr<ManualHandler> handler = std::make_shared<ManualHandler>();
    int copies_ = 0;

private:
    std::optional<Promise<Counted>> promise_{handler};
};

TEST_F(AwaitedValue, IsMovedIfNoOtherHandleIsLeft) {
    const auto done = await(handler, result());
    EXPECT_EQ(copies(), 0);
    EXPECT_TRUE(done.successful());
}

TEST_F(AwaitedValue, IsCopiedIfThereIsAnotherHandle) {
    const auto kept = result();
    const auto done = await(handler, result());
    EXPECT_EQ(copies(), 1);
    EXPECT_TRUE(done.successful());
}

/// Adapters of other libraries take the value later than the lane has resumed them.
TEST_F(AwaitedValue, IsCopiedIfTheCoroutineTakesItAfterTheTurn) {
    const auto kept = result();
    auto awaiter = operator co_await(result());
    ASSERT_FALSE(awaiter.await_ready());
    ASSERT_TRUE(awaiter.await_suspend(std::noop_coroutine()));
    EXPECT_EQ(copies(), 0);
    static_cast<void>(awaiter.await_resume());
    EXPECT_EQ(copies_, 1);
}

TEST_F(AwaitedValue, IsCopiedIfACallbackFollows) {
    const auto done = await(handler, result());
    bool called = false;
    result().rawlink([&](const AsyncResult<Counted>& ready) { called = ready.value() != nullptr; });
    EXPECT_EQ(copies(), 1);
    EXPECT_TRUE(called);
}

TEST_F(AwaitedValue, IsCopiedForTheFirstOfTwoCoroutines) {
    const auto first = await(handler, result());
    const auto second = await(handler, result());
    EXPECT_EQ(copies(), 1);
    EXPECT_TRUE(first.successful() && second.successful());
}

TEST_F(AwaitedValue, IsCopiedForACoroutineWithinACallbackThatStillUsesIt) {
    AsyncResult<> done;
    result().rawlink([&](const AsyncResult<Counted>& ready) {
        done = await(handler, ready);
        EXPECT_TRUE(done.ready());
        EXPECT_NE(ready.value(), nullptr);
    });
    EXPECT_EQ(copies(), 1);
}

}  // namespace
