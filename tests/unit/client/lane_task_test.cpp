// SPDX-License-Identifier: Apache-2.0
// Tasks of a lane that own objects of users, on lanes that the test runs.
#include "client/lane_task.hpp"

#include "queued_lanes.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <new>

namespace kazoo::detail::client {
namespace {

using namespace std::chrono_literals;

class LaneTaskTest : public testing::Test {
protected:
    /// An object that notes, when it is destroyed, whether that happens on a lane of the handler.
    [[nodiscard]] std::shared_ptr<void> object() {
        return {nullptr, [this](void*) {
                    destroyed = true;
                    on_lane = LaneScope::on_lane_of(*handler);
                }};
    }

    const std::shared_ptr<QueuedLanes> handler = std::make_shared<QueuedLanes>();
    bool destroyed = false;
    bool on_lane = false;
};

TEST_F(LaneTaskTest, ThePayloadIsDestroyedOnTheLane) {
    auto payload = object();
    bool ran_before = false;
    dispatch_owned(handler, Lane::callback, payload, [&](Handler&, std::shared_ptr<void>& owned) {
        ran_before = owned.use_count() == 1 && !destroyed;
    });
    EXPECT_FALSE(destroyed);

    handler->run(Lane::callback, 0ms);

    EXPECT_TRUE(ran_before);
    EXPECT_TRUE(destroyed);
    EXPECT_TRUE(on_lane);
}

TEST_F(LaneTaskTest, APayloadThatIsNotAcceptedIsGivenBack) {
    auto payload = object();
    handler->short_of_memory = true;
    EXPECT_THROW(
        dispatch_owned(handler, Lane::callback, payload, [](Handler&, std::shared_ptr<void>&) {}),
        std::bad_alloc
    );
    EXPECT_FALSE(destroyed);
    EXPECT_EQ(payload.use_count(), 1);
}

}  // namespace
}  // namespace kazoo::detail::client
