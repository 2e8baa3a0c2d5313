// SPDX-License-Identifier: Apache-2.0
// A callback, which runs in a fiber, waits for a coroutine that is resumed on the same lane.
#include "one_thread.hpp"

#include <kazoo/event.hpp>
#include <kazoo/sleep.hpp>

#include <string>

namespace kazoo::testing_support {
namespace {

AsyncResult<std::string> create_and_read(KazooClient& zk) {
    const auto made = zk.create_async("/a", "text");
    const auto path = co_await made;
    co_await sleep_async(zk.handler(), 1ms);
    const auto node = zk.get_async(path);
    co_return (co_await node).data;
}

TEST(FiberCallback, WaitsForACoroutine) {
    in_new_thread([] {
        FiberClient client;
        Event done(client.handler);
        std::string text;
        client.zk.get_async("/").rawlink([&](const AsyncResult<NodeData>&) {
            text = create_and_read(client.zk).get(patience);
            done.set();
        });
        EXPECT_TRUE(done.wait(patience));
        EXPECT_EQ(text, "text");
    });
}

}  // namespace
}  // namespace kazoo::testing_support
