// SPDX-License-Identifier: Apache-2.0
// Callers that run the loop of a handler in place of its thread.
#include "handler/connection_thread.hpp"

#include <kazoo/exceptions.hpp>

#include <gtest/gtest.h>

namespace kazoo::handler {
namespace {

TEST(ConnectionThreadTest, ACallerMayTakeThePlaceOfSeveralThreads) {
    const ConnectionThread one;
    const ConnectionThread other;
    EXPECT_NO_THROW(one.refuse_to_block());
    {
        const ConnectionThread::Substitute outer(one);
        EXPECT_NO_THROW(other.refuse_to_block());
        {
            const ConnectionThread::Substitute inner(other);
            EXPECT_THROW(one.refuse_to_block(), WouldDeadlockError);
            EXPECT_THROW(other.refuse_to_block(), WouldDeadlockError);
        }
        EXPECT_THROW(one.refuse_to_block(), WouldDeadlockError);
        EXPECT_NO_THROW(other.refuse_to_block());
    }
    EXPECT_NO_THROW(one.refuse_to_block());
}

}  // namespace
}  // namespace kazoo::handler
