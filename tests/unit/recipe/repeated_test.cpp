// SPDX-License-Identifier: Apache-2.0
// What recipes do about the errors of their requests.
#include "recipe/repeated.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace kazoo::detail::recipe {
namespace {

using namespace std::chrono_literals;

TEST(AfterErrorTest, SendsAgainWhatPassesAndWasNotApplied) {
    EXPECT_EQ(after_error(Error(Errc::connection_loss, Outcome::not_sent)), AfterError::again);
    EXPECT_EQ(after_error(Error(Errc::connection_loss, Outcome::not_applied)), AfterError::again);
    EXPECT_EQ(after_error(Error(Errc::session_expired, Outcome::not_sent)), AfterError::again);
    EXPECT_EQ(after_error(Error(ClientErrc::queue_full)), AfterError::again);
    EXPECT_EQ(after_error(Error(Errc::not_read_only)), AfterError::again);
}

TEST(AfterErrorTest, LooksWhatBecameOfARequestWithoutAReply) {
    EXPECT_EQ(after_error(Error(Errc::connection_loss, Outcome::unknown)), AfterError::look);
    EXPECT_EQ(after_error(Error(Errc::session_expired, Outcome::unknown)), AfterError::look);
}

TEST(AfterErrorTest, FailsWithTheLimitsOfTheCallAndWhatDoesNotPass) {
    for (const auto outcome : {Outcome::not_sent, Outcome::not_applied, Outcome::unknown}) {
        EXPECT_EQ(after_error(Error(Errc::operation_timeout, outcome)), AfterError::fail);
        EXPECT_EQ(after_error(Error(ClientErrc::cancelled, outcome)), AfterError::fail);
        EXPECT_EQ(after_error(Error(Errc::no_auth, outcome)), AfterError::fail);
        EXPECT_EQ(after_error(Error(ClientErrc::connection_closed, outcome)), AfterError::fail);
        EXPECT_EQ(after_error(Error(ClientErrc::out_of_memory, outcome)), AfterError::fail);
    }
}

TEST(PausesTest, DoubleUpToALimit) {
    Pauses pauses;
    EXPECT_EQ(pauses.next(), 10ms);
    EXPECT_EQ(pauses.next(), 20ms);
    for (int i = 0; i < 20; ++i) {
        static_cast<void>(pauses.next());
    }
    EXPECT_EQ(pauses.next(), 500ms);
}

}  // namespace
}  // namespace kazoo::detail::recipe
