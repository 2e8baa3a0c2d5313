// SPDX-License-Identifier: Apache-2.0
// Calls that wait until something has changed.
#include "recipe/party/waiters.hpp"

#include <kazoo/handlers/threading.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <optional>

namespace kazoo::detail::recipe {
namespace {

const auto waiters_handler = std::make_shared<SequentialThreadingHandler>();

TEST(WaitersTest, EndTheWaitsThatHaveBegun) {
    Waiters waiters(waiters_handler);
    const Waiters::Wait first(waiters);
    std::optional<Waiters::Wait> second(std::in_place, waiters);
    waiters.notify();
    EXPECT_TRUE(first.notified().is_set());
    EXPECT_TRUE(second->notified().is_set());
    second.emplace(waiters);
    EXPECT_FALSE(second->notified().is_set()) << "it waits for the next one";
    waiters.notify();
    EXPECT_TRUE(second->notified().is_set());
}

AsyncResult<int> wait_twice(Waiters& waiters) {
    int notified = 0;
    for (int i = 0; i < 2; ++i) {
        const Waiters::Wait wait(waiters);
        const auto waiting = wait.notified().wait_async();
        co_await direct(waiting);
        ++notified;
    }
    co_return notified;
}

TEST(WaitersTest, ACallThatWaitsAgainWaitsForTheNextChange) {
    Waiters waiters(waiters_handler);
    const auto waiting = wait_twice(waiters);
    waiters.notify();
    EXPECT_FALSE(waiting.ready());
    waiters.notify();
    EXPECT_TRUE(waiting.ready());
}

}  // namespace
}  // namespace kazoo::detail::recipe
