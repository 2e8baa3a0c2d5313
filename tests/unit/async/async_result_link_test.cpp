// SPDX-License-Identifier: Apache-2.0
#include "support/manual_handler.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/promise.hpp>

#include <gmock/gmock.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using kazoo::AsyncResult;
using kazoo::Lane;
using kazoo::LinkId;
using kazoo::Promise;
using kazoo::testing_support::ManualHandler;
using testing::ElementsAre;
using testing::HasSubstr;

using Calls = std::vector<std::string>;

class AsyncResultLink : public testing::Test {
protected:
    /// A callback that records its name.
    auto note(std::string name) {
        return [this, name](const AsyncResult<int>&) { calls.push_back(name); };
    }

    std::shared_ptr<ManualHandler> handler = std::make_shared<ManualHandler>();
    Promise<int> promise{handler};
    AsyncResult<int> result = promise.result();
    Calls calls;
};

TEST_F(AsyncResultLink, RunsOnTheCompletionLane) {
    result.rawlink(note("early"));
    EXPECT_THAT(handler->run(), ElementsAre());
    promise.set(1);
    EXPECT_EQ(calls, Calls());  // not within the call that completes
    EXPECT_THAT(handler->run(), ElementsAre(Lane::completion));
    EXPECT_EQ(calls, Calls{"early"});

    result.rawlink(note("late"));
    EXPECT_EQ(calls, Calls{"early"});  // not within the call that links
    EXPECT_THAT(handler->run(), ElementsAre(Lane::completion));
    EXPECT_THAT(calls, ElementsAre("early", "late"));
}

TEST_F(AsyncResultLink, RunsOnceEachInOrder) {
    for (const char* name : {"1", "2", "3"}) result.rawlink(note(name));
    promise.set(1);
    for (const char* name : {"4", "5"}) result.rawlink(note(name));
    handler->run();
    EXPECT_THAT(calls, ElementsAre("1", "2", "3", "4", "5"));
    result.rawlink(note("6"));
    handler->run();
    handler->run();
    EXPECT_THAT(calls, ElementsAre("1", "2", "3", "4", "5", "6"));
}

TEST_F(AsyncResultLink, RunsForErrorsToo) {
    result.rawlink([this](AsyncResult<int> r) {
        EXPECT_THROW(r.get(), kazoo::NoNodeError);
        calls.emplace_back("failed");
    });
    promise.set_exception(kazoo::NoNodeError());
    handler->run();
    EXPECT_EQ(calls, Calls{"failed"});
}

TEST_F(AsyncResultLink, GetsTheSameResult) {
    const int* seen = nullptr;
    AsyncResult<int> given;
    result.rawlink([&](AsyncResult<int> r) {
        given = r;
        seen = &r.get();
    });
    promise.set(1);
    handler->run();
    EXPECT_EQ(given, result);
    EXPECT_EQ(seen, &result.get());
}

void free_function(AsyncResult<int> r) {
    EXPECT_EQ(r.get(), 1);
}

TEST_F(AsyncResultLink, TakesAnyCallable) {
    result.rawlink(free_function);
    result.rawlink(&free_function);
    result.rawlink([p = std::make_unique<int>(1)](auto&& r) { EXPECT_EQ(r.get(), *p); });
    auto named = note("named");
    result.rawlink(named);
    result.rawlink(std::as_const(named));
    promise.set(1);
    handler->run();
    EXPECT_THAT(calls, ElementsAre("named", "named"));
}

TEST_F(AsyncResultLink, CanBeRemovedBeforeItRuns) {
    std::vector<LinkId> links;
    for (const char* name : {"1", "2", "3", "4"}) links.push_back(result.rawlink(note(name)));
    EXPECT_TRUE(result.unlink(links[0]));
    EXPECT_TRUE(result.unlink(links[2]));
    EXPECT_FALSE(result.unlink(links[2]));
    promise.set(1);
    EXPECT_TRUE(result.unlink(links[3]));  // completed, but its callback has not begun
    handler->run();
    EXPECT_EQ(calls, Calls{"2"});
    EXPECT_FALSE(result.unlink(links[1]));
    EXPECT_FALSE(result.unlink(LinkId{12345}));
}

TEST_F(AsyncResultLink, KeepsItsPlaceWhenOthersAreRemoved) {
    const auto first = result.rawlink(note("1"));
    result.rawlink(note("2"));
    result.unlink(first);
    result.rawlink(note("3"));
    promise.set(1);
    handler->run();
    EXPECT_THAT(calls, ElementsAre("2", "3"));
}

TEST_F(AsyncResultLink, MayBeChangedByCallbacks) {
    LinkId own = 0;
    LinkId second = 0;
    own = result.rawlink([&](const AsyncResult<int>& r) {
        EXPECT_FALSE(r.unlink(own));
        EXPECT_TRUE(r.unlink(second));
        r.rawlink(note("linked inside"));
    });
    second = result.rawlink(note("removed"));
    result.rawlink(note("third"));
    promise.set(1);
    handler->run();
    EXPECT_THAT(calls, ElementsAre("third", "linked inside"));
}

TEST_F(AsyncResultLink, ReportsItsExceptionAndStopsNoOther) {
    result.rawlink([](const AsyncResult<int>&) { throw std::runtime_error("an accident"); });
    result.rawlink([](const AsyncResult<int>&) { throw 42; });
    result.rawlink(note("next"));
    promise.set(1);
    handler->run();
    EXPECT_EQ(calls, Calls{"next"});
    EXPECT_THAT(
        handler->lines(),
        ElementsAre(HasSubstr("completion lane threw an accident"), HasSubstr("completion lane"))
    );
    EXPECT_EQ(result.get(), 1);
}

TEST_F(AsyncResultLink, OutlivesEveryHandle) {
    auto other = std::make_unique<Promise<int>>(handler);
    other->result().rawlink(note("kept"));
    other->set(1);
    other.reset();
    handler->run();
    EXPECT_EQ(calls, Calls{"kept"});
}

TEST_F(AsyncResultLink, ReleasesItsCapturesOnceItHasRun) {
    const auto held = std::make_shared<int>(1);
    long at_second = 0;
    result.rawlink([held](const AsyncResult<int>&) {});
    result.rawlink([&](const AsyncResult<int>&) { at_second = held.use_count(); });
    EXPECT_EQ(held.use_count(), 2);
    promise.set(1);
    handler->run();
    EXPECT_EQ(at_second, 1);
    const auto late = result.rawlink([held](const AsyncResult<int>&) {});
    EXPECT_TRUE(result.unlink(late));
    EXPECT_EQ(held.use_count(), 1);
    handler->run();  // a turn without callbacks
}

TEST(AsyncResultLinkWithoutHandler, RunsInTheCompletingThread) {
    Promise<int> promise;
    std::thread::id ran_in;
    promise.result().rawlink([&](const AsyncResult<int>&) { ran_in = std::this_thread::get_id(); });
    std::thread completer([&promise] { promise.set(1); });
    const auto completer_id = completer.get_id();
    completer.join();
    EXPECT_EQ(ran_in, completer_id);

    promise.result().rawlink([&](const AsyncResult<int>&) { ran_in = std::this_thread::get_id(); });
    EXPECT_EQ(ran_in, std::this_thread::get_id());
}

TEST(AsyncResultLinkWithoutHandler, ContinuesAfterAnException) {
    Promise<int> promise;
    int calls = 0;
    promise.result().rawlink([](const AsyncResult<int>&) { throw 42; });
    promise.result().rawlink([&](const AsyncResult<int>&) { ++calls; });
    EXPECT_TRUE(promise.set(1));
    EXPECT_EQ(calls, 1);
}

TEST_F(AsyncResultLink, DirectLinksRunFirstInTheCompletingThread) {
    auto& state = *kazoo::detail::state_of(result);
    result.rawlink(note("lane"));
    EXPECT_TRUE(state.link_direct([this](auto&) { calls.emplace_back("direct"); }));
    promise.set(1);
    EXPECT_EQ(calls, Calls{"direct"});
    handler->run();
    EXPECT_THAT(calls, ElementsAre("direct", "lane"));
}

TEST_F(AsyncResultLink, DirectLinksAreRefusedByAReadyResult) {
    promise.set(1);
    kazoo::detail::ResultStateBase::Continuation run = [this](auto&) {
        calls.emplace_back("direct");
    };
    EXPECT_FALSE(kazoo::detail::state_of(result)->link_direct(std::move(run)));
    run(*kazoo::detail::state_of(result));  // returns: the caller continues by itself
    EXPECT_EQ(calls, Calls{"direct"});
}

TEST_F(AsyncResultLink, ThrowingDirectLinksStopNoOthers) {
    auto& state = *kazoo::detail::state_of(result);
    state.link_direct([](auto&) { throw std::runtime_error("direct"); });
    state.link_direct([this](auto&) { calls.emplace_back("another"); });
    result.rawlink(note("lane"));
    EXPECT_TRUE(promise.set(1));
    handler->run();
    EXPECT_THAT(calls, ElementsAre("another", "lane"));
    EXPECT_THAT(handler->lines(), ElementsAre(HasSubstr("direct")));
}

// A callback's captures may use the result in their destructors.
TEST_F(AsyncResultLink, IsDestroyedOutsideTheLock) {
    struct Looks {
        AsyncResult<int> result;
        explicit Looks(AsyncResult<int> r) : result(std::move(r)) {}
        Looks(Looks&&) noexcept = default;
        ~Looks() {
            if (result.valid()) result.unlink(LinkId{1});
        }
        void operator()(kazoo::detail::ResultStateBase&) {}
        void operator()(const AsyncResult<int>&) {}
    };
    auto& state = *kazoo::detail::state_of(result);
    state.link_direct(Looks(result));
    state.link_direct(Looks(result));
    result.rawlink(Looks(result));
    result.rawlink(Looks(result));
    const auto removed = result.rawlink(Looks(result));
    EXPECT_TRUE(result.unlink(removed));
    promise.set(1);
    handler->run();
    EXPECT_FALSE(result.unlink(LinkId{2}));
}

TEST_F(AsyncResultLink, IsNotRemovedByTheIdOfOneBeforeIt) {
    std::vector<LinkId> gone{0};
    for (int round = 0; round < 3; ++round) {
        std::vector<LinkId> links;
        for (const char* name : {"1", "2", "3"}) links.push_back(result.rawlink(note(name)));
        for (const auto link : gone) EXPECT_FALSE(result.unlink(link));
        for (const auto link : links) EXPECT_TRUE(result.unlink(link));
        gone.insert(gone.end(), links.begin(), links.end());
    }
    promise.set(1);
    handler->run();
    EXPECT_EQ(calls, Calls());
}

TEST(AsyncResultLinkWithoutHandler, RunsAfterTheCallbackThatCompletesItsResult) {
    Promise<int> first;
    Promise<int> second;
    std::vector<std::string> order;
    second.result().rawlink([&](const AsyncResult<int>&) { order.emplace_back("second"); });
    first.result().rawlink([&](const AsyncResult<int>&) {
        second.set(2);
        order.emplace_back("first");
    });
    first.set(1);
    EXPECT_THAT(order, ElementsAre("first", "second"));
}

TEST(AsyncResultLinkWithoutHandler, RunsBeforeACallbackWaitsForIt) {
    Promise<int> first;
    Promise<int> second;
    Promise<int> third;
    second.result().rawlink([&](const AsyncResult<int>& r) { third.set(r.get()); });
    int value = 0;
    first.result().rawlink([&](const AsyncResult<int>&) {
        second.set(2);
        value = third.result().get(std::chrono::seconds(10));
    });
    first.set(1);
    EXPECT_EQ(value, 2);
}

}  // namespace
