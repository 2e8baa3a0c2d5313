// SPDX-License-Identifier: Apache-2.0
// The order of the calls that wait for the same thing.
#include "recipe/turns.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/handlers/threading.hpp>

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <optional>

namespace kazoo::detail::recipe {
namespace {

const auto turns_handler = std::make_shared<SequentialThreadingHandler>();

std::shared_ptr<Turns> make_turns() {
    return std::make_shared<Turns>(turns_handler);
}

TEST(TurnsTest, BeginInTheOrderOfTheCalls) {
    const auto turns = make_turns();
    std::optional<Turn> first(std::in_place, turns);
    std::optional<Turn> second(std::in_place, turns);
    std::optional<Turn> third(std::in_place, turns);
    EXPECT_TRUE(first->begins().is_set());
    EXPECT_FALSE(second->begins().is_set());
    first.reset();
    EXPECT_TRUE(second->begins().is_set());
    EXPECT_FALSE(third->begins().is_set());
    second.reset();
    EXPECT_TRUE(third->begins().is_set());
    third.reset();
    EXPECT_TRUE(Turn(turns).begins().is_set());
}

TEST(TurnsTest, PassOverACallThatHasLeft) {
    const auto turns = make_turns();
    std::optional<Turn> first(std::in_place, turns);
    std::optional<Turn> second(std::in_place, turns);
    const Turn third(turns);
    second.reset();
    EXPECT_FALSE(third.begins().is_set()) << "the first one still has its turn";
    first.reset();
    EXPECT_TRUE(third.begins().is_set());
}

TEST(TurnsTest, AreLimitedInNumber) {
    const auto turns = make_turns();
    std::deque<Turn> waiting;
    for (std::size_t i = 0; i < Turns::limit; ++i) {
        waiting.emplace_back(turns);
    }
    EXPECT_THROW(waiting.emplace_back(turns), QueueFullError);
    waiting.pop_front();
    EXPECT_NO_THROW(waiting.emplace_back(turns));
}

}  // namespace
}  // namespace kazoo::detail::recipe
