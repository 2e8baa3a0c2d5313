// SPDX-License-Identifier: Apache-2.0
// Coroutine return values that cannot be copied or moved at the crucial moment.
#include "support/manual_handler.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/promise.hpp>

#include <gtest/gtest.h>

#include <coroutine>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

namespace {

using kazoo::AsyncResult;
using kazoo::direct;
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
    Counted(Counted&& other) noexcept : copies(std::exchange(other.copies, nullptr)) {}
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

/// Returns a value that it has made after `awaited`.
AsyncResult<Counted> make(AsyncResult<> awaited, int& copies) {
    co_await direct(std::move(awaited));
    co_return Counted(copies);
}

TEST(DirectlyAwaitedValue, IsMovedIfNoOtherHandleIsLeft) {
    const auto handler = std::make_shared<ManualHandler>();
    Promise<> promise(handler);
    int copies = 0;
    const auto done = await(handler, direct(make(promise.result(), copies)));
    promise.set();
    EXPECT_TRUE(done.successful());
    EXPECT_EQ(copies, 0);
}

TEST(DirectlyAwaitedValue, IsCopiedIfThereIsAnotherHandle) {
    const auto handler = std::make_shared<ManualHandler>();
    Promise<> promise(handler);
    int copies = 0;
    const auto kept = make(promise.result(), copies);
    const auto done = await(handler, direct(kept));
    promise.set();
    EXPECT_TRUE(done.successful());
    EXPECT_NE(kept.value()->copies, nullptr);
    EXPECT_EQ(copies, 1);
}

TEST(DirectlyAwaitedValue, IsCopiedIfThePromiseCanReturnTheResultAgain) {
    const auto handler = std::make_shared<ManualHandler>();
    Promise<Counted> promise(handler);
    int copies = 0;
    const auto done = await(handler, direct(promise.result()));
    promise.set(Counted(copies));
    EXPECT_TRUE(done.successful());
    EXPECT_EQ(copies, 1);
}

TEST(DirectlyAwaitedValue, IsCopiedForTheFirstOfTwoCoroutines) {
    const auto handler = std::make_shared<ManualHandler>();
    Promise<> promise(handler);
    int copies = 0;
    AsyncResult<> first;
    AsyncResult<> second;
    {
        auto made = make(promise.result(), copies);
        first = await(handler, direct(made));
        second = await(handler, direct(std::move(made)));
    }
    promise.set();
    EXPECT_TRUE(first.successful() && second.successful());
    EXPECT_EQ(copies, 1);
}

TEST(DirectlyAwaitedValue, IsCopiedIfACallbackFollows) {
    const auto handler = std::make_shared<ManualHandler>();
    Promise<> promise(handler);
    int copies = 0;
    bool called = false;
    AsyncResult<> done;
    {
        auto made = make(promise.result(), copies);
        made.rawlink([&](const AsyncResult<Counted>& ready) {
            called = ready.value()->copies != nullptr;
        });
        done = await(handler, direct(std::move(made)));
    }
    promise.set();
    EXPECT_TRUE(done.successful());
    EXPECT_EQ(copies, 1);
    handler->run();
    EXPECT_TRUE(called);
}

/// A link that is not a coroutine: calls a function.
struct CallingLink : kazoo::detail::Link {
    explicit CallingLink(std::function<void()> f) : function(std::move(f)) {}
    void run(kazoo::detail::ResultStateBase&) noexcept override { function(); }
    void drop() noexcept override {}
    std::function<void()> function;
};

/// Another thread may link a callback after the last link was taken, before that has run.
TEST(DirectlyAwaitedValue, IsNotLeftToTheCoroutineIfACallbackIsLinkedMeanwhile) {
    const auto handler = std::make_shared<ManualHandler>();
    Promise<> promise(handler);
    int copies = 0;
    auto made = make(promise.result(), copies);
    auto& state = *kazoo::detail::state_of(made);
    bool before = false;
    bool after = true;
    bool called = false;
    std::optional<CallingLink> link;
    link.emplace([&] {
        auto other = std::exchange(made, {});
        before = state.is_left_to_coroutine(*link);
        other.rawlink([&](const AsyncResult<Counted>& ready) { called = ready.successful(); });
        after = state.is_left_to_coroutine(*link);
    });
    ASSERT_TRUE(state.link(*link, kazoo::detail::LinkKind::direct));
    promise.set();
    EXPECT_TRUE(before);
    EXPECT_FALSE(after);
    handler->run();
    EXPECT_TRUE(called);
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

TEST(AwaitedValueWithoutHandler, IsCopiedIfTheCoroutineTakesItAfterTheTurn) {
    int copies = 0;
    std::optional<Promise<Counted>> promise(std::in_place);
    const auto kept = promise->result();
    auto awaiter = operator co_await(promise->result());
    ASSERT_TRUE(awaiter.await_suspend(std::noop_coroutine()));
    promise->set(Counted(copies));
    promise.reset();
    static_cast<void>(awaiter.await_resume());
    EXPECT_EQ(copies, 1);
    EXPECT_NE(kept.value()->copies, nullptr);
}

TEST_F(AwaitedValue, IsCopiedIfACallbackFollows) {
    const auto done = await(handler, result());
    bool called = false;
    result().rawlink([&](const AsyncResult<Counted>& ready) {
        called = ready.value()->copies != nullptr;
    });
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
        EXPECT_NE(ready.value()->copies, nullptr);
    });
    EXPECT_EQ(copies(), 1);
}

}  // namespace
