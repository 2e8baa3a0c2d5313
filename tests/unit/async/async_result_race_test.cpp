// SPDX-License-Identifier: Apache-2.0
// Concurrent linking, unlinking, completion, cancellation and waiting.
#include "support/race.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/promise.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

namespace {

using kazoo::AsyncResult;
using kazoo::Promise;
using namespace std::chrono_literals;
namespace testing_support = kazoo::testing_support;

/// Runs both concurrently in every round, then `check`.
template <class Reset, class First, class Second, class Check>
int race(Reset reset, First first, Second second, Check check) {
    return testing_support::race(reset, first, {second}, check);
}

class AsyncResultRace : public testing::Test {
protected:
    void renew() {
        promise.emplace();
        result = promise->result();
    }

    std::optional<Promise<int>> promise;
    AsyncResult<int> result;
};

TEST_F(AsyncResultRace, LinksMadeDuringCompletionRunOnceAndInOrder) {
    constexpr int links = 8;
    std::vector<int> calls;  // not guarded: callbacks run one at a time
    int wrong = 0;
    race(
        [&] {
            renew();
            calls.clear();
        },
        [&] { promise->set(1); },
        [&] {
            for (int link = 0; link < links; ++link) {
                result.rawlink([&calls, link](const AsyncResult<int>&) { calls.push_back(link); });
            }
        },
        [&] {
            std::vector<int> expected;
            for (int link = 0; link < links; ++link) expected.push_back(link);
            if (calls != expected) ++wrong;
        }
    );
    EXPECT_EQ(wrong, 0);
}

TEST_F(AsyncResultRace, CallbacksNeverRunTwoAtATime) {
    std::atomic<int> running{0};
    std::atomic<int> calls{0};
    std::atomic<bool> overlap{false};
    const auto callback = [&](const AsyncResult<int>&) {
        if (running.fetch_add(1) != 0) overlap = true;
        std::this_thread::yield();
        running.fetch_sub(1);
        ++calls;
    };
    const auto link = [&] {
        for (int i = 0; i < 4; ++i) result.rawlink(callback);
    };
    const int rounds = race(
        [&] {
            renew();
            promise->set(1);
        },
        link,
        link,
        [] {}
    );
    EXPECT_FALSE(overlap);
    EXPECT_EQ(calls, rounds * 8);
}

TEST_F(AsyncResultRace, ALinkIsEitherRemovedOrRuns) {
    std::atomic<int> calls{0};
    kazoo::LinkId link = 0;
    bool removed = false;
    int wrong = 0;
    race(
        [&] {
            renew();
            calls = 0;
            result.rawlink([](const AsyncResult<int>&) {});
            link = result.rawlink([&calls](const AsyncResult<int>&) { ++calls; });
        },
        [&] { promise->set(1); },
        [&] { removed = result.unlink(link); },
        [&] { wrong += calls != (removed ? 0 : 1) ? 1 : 0; }
    );
    EXPECT_EQ(wrong, 0);
}

TEST_F(AsyncResultRace, OneCompletionWins) {
    bool set = false;
    bool cancelled = false;
    int calls = 0;
    int wrong = 0;
    race(
        [&] {
            renew();
            calls = 0;
            result.rawlink([&calls](const AsyncResult<int>&) { ++calls; });
        },
        [&] { set = promise->set(7); },
        [&] { cancelled = result.cancel(); },
        [&] {
            const bool good = set != cancelled && result.successful() == set && calls == 1 &&
                              (result.exception() == nullptr) == set;
            wrong += good ? 0 : 1;
        }
    );
    EXPECT_EQ(wrong, 0);
}

TEST_F(AsyncResultRace, AWaiterIsAlwaysWoken) {
    std::atomic<int> woken{0};
    const int rounds = race(
        [&] { renew(); },
        [&] { promise->set(7); },
        [&] {
            if (result.get(1min) == 7) ++woken;
        },
        [] {}
    );
    EXPECT_EQ(woken, rounds);
}

TEST_F(AsyncResultRace, ATimeoutDoesNotDisturbTheCompletion) {
    std::atomic<int> answers{0};
    const int rounds = race(
        [&] { renew(); },
        [&] {
            std::this_thread::yield();
            promise->set(7);
        },
        [&] {
            result.wait(1us);
            result.wait(20us);
            ++answers;
        },
        [] {}
    );
    EXPECT_EQ(answers, rounds);
}

TEST_F(AsyncResultRace, TheLastHandleMayBeDestroyedDuringCompletion) {
    std::optional<AsyncResult<std::shared_ptr<int>>> only;
    std::optional<Promise<std::shared_ptr<int>>> producer;
    const auto value = std::make_shared<int>(1);
    int wrong = 0;
    race(
        [&] {
            producer.emplace();
            only = producer->result();
        },
        [&] {
            producer->set(value);
            producer.reset();
        },
        [&] {
            wrong += *std::move(*only).get(1min) == 1 ? 0 : 1;
            only.reset();
        },
        [&] { wrong += value.use_count() == 1 ? 0 : 1; }
    );
    EXPECT_EQ(wrong, 0);
}

}  // namespace
