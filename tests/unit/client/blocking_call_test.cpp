// SPDX-License-Identifier: Apache-2.0
// Which failures WhenFull::wait waits for.
#include "client/blocking_call.hpp"

#include <kazoo/promise.hpp>

#include <gtest/gtest.h>

#include <string>

namespace kazoo::detail::client {
namespace {

bool begins_again(std::error_code code, Outcome outcome, std::string detail = {}) {
    Promise<int> promise;
    promise.set_exception(Error(code, outcome, "", {}, std::move(detail)));
    return is_refused_by_full_queue(promise.result());
}

TEST(BlockingCall, BeginsAgainOnlyIfTheQueueOfRequestsWasFull) {
    EXPECT_TRUE(begins_again(ClientErrc::queue_full, Outcome::not_sent));
    EXPECT_FALSE(begins_again(Errc::connection_loss, Outcome::not_sent));
    EXPECT_FALSE(begins_again(
        ClientErrc::queue_full, Outcome::not_sent, "at most 1 " + std::string(no_slot_text)
    )) << "room in the queue gives no slot";
}

TEST(BlockingCall, DoesNotRepeatWhatMayHaveBeenApplied) {
    EXPECT_FALSE(begins_again(ClientErrc::queue_full, Outcome::unknown));
}

}  // namespace
}  // namespace kazoo::detail::client
