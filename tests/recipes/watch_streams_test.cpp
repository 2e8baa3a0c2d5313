// SPDX-License-Identifier: Apache-2.0
// DataStream and ChildrenStream: changes for coroutines.
#include "recipe_fixture.hpp"

namespace kazoo::recipe_tests {
namespace {

using Data = std::optional<std::string>;
using Names = std::vector<std::string>;

class WatchStreams : public RecipeTest {};

/// Records the data of each change until the stream ends.
AsyncResult<int> follow(
    std::shared_ptr<DataStream> stream, std::shared_ptr<Recorder<Data>> changes
) {
    int count = 0;
    while (auto change = co_await stream->next()) {
        ++count;
        changes->add(change->node ? Data(change->node->data) : Data());
    }
    co_return count;
}

TEST_P(WatchStreams, AStreamIsFollowedByACoroutine) {
    auto changes = std::make_shared<Recorder<Data>>();
    auto stream = std::make_shared<DataStream>(zk(), "/a");
    const auto following = follow(stream, changes);
    ASSERT_TRUE(changes->wait_for(1));
    other().create("/a", "1");
    ASSERT_TRUE(changes->wait_for(2));
    other().set("/a", "2");
    ASSERT_TRUE(changes->wait_for(3));
    stream->stop();
    EXPECT_EQ(following.get(patience), 3);
    EXPECT_EQ(changes->all(), (std::vector<Data>{{}, "1", "2"}));
    EXPECT_EQ(stream->ended(), WatchEnd::stopped);
}

TEST_P(WatchStreams, ChangesBetweenTwoCallsAreConflated) {
    zk().create("/a", "0");
    DataStream stream(zk(), "/a");
    EXPECT_EQ(stream.next().get(patience)->node->data, "0");
    for (int i = 1; i <= 20; ++i) zk().set("/a", std::to_string(i));
    EXPECT_EQ(stream.next().get(patience)->node->data, "20");
    const auto next = stream.next();
    zk().set("/a", "21");
    EXPECT_EQ(next.get(patience)->node->data, "21");
}

TEST_P(WatchStreams, ACancelledCallLosesNothing) {
    zk().create("/a", "0");
    DataStream stream(zk(), "/a");
    EXPECT_TRUE(stream.next().get(patience));
    const auto cancelled = stream.next();
    EXPECT_TRUE(cancelled.cancel());
    EXPECT_EQ(error_of(cancelled).code(), ClientErrc::cancelled);
    zk().set("/a", "1");
    EXPECT_EQ(stream.next().get(patience)->node->data, "1");
    // Also if it is cancelled while the node is being read.
    zk().set("/a", "2");
    const auto held = server.inject(Fault::hold().on(Request::get));
    const auto reading = stream.next();
    reading.cancel();
    EXPECT_EQ(error_of(reading).code(), ClientErrc::cancelled);
    server.remove(held);
    EXPECT_EQ(stream.next().get(patience)->node->data, "2");
}

TEST_P(WatchStreams, OneCallMayBePending) {
    zk().create("/a", "0");
    DataStream stream(zk(), "/a");
    EXPECT_TRUE(stream.next().get(patience));
    const auto pending = stream.next();
    EXPECT_EQ(error_of(stream.next()).code(), Errc::bad_arguments);
    zk().set("/a", "1");
    EXPECT_TRUE(pending.get(patience));
}

TEST_P(WatchStreams, EndWithTheClient) {
    zk().create("/a", "0");
    DataStream stream(zk(), "/a");
    ChildrenStream children(zk(), "/a");
    EXPECT_TRUE(stream.next().get(patience));
    EXPECT_TRUE(children.next().get(patience));
    const auto pending = stream.next();
    const auto other_pending = children.next();
    zk().stop();
    EXPECT_FALSE(pending.get(patience));
    EXPECT_FALSE(other_pending.get(patience));
    EXPECT_EQ(stream.ended(), WatchEnd::client_stopped);
    EXPECT_FALSE(stream.next().get(patience));
    DataStream late(zk(), "/a");
    EXPECT_FALSE(late.next().get(patience)) << "the client is not running";
}

TEST_P(WatchStreams, EndWhenDestroyed) {
    zk().create("/a", "0");
    std::optional<DataStream> stream(std::in_place, zk(), "/a");
    EXPECT_TRUE(stream->next().get(patience));
    const auto pending = stream->next();
    stream.reset();
    EXPECT_FALSE(pending.get(patience));
}

TEST_P(WatchStreams, ContinueInTheNextSession) {
    zk().create("/a", "0");
    DataStream stream(zk(), "/a");
    EXPECT_TRUE(stream.next().get(patience));
    const auto pending = stream.next();
    expire_session();
    other().set("/a", "1");
    EXPECT_EQ(pending.get(patience)->node->data, "1");
}

TEST_P(WatchStreams, FailWithTheErrorThatEndsThem) {
    server.inject(Fault::fail(Errc::no_auth).on(Request::get));
    DataStream stream(zk(), "/a", DataWatchOptions().retry(quick().max_tries(2)));
    EXPECT_EQ(error_of(stream.next()).code(), ClientErrc::retry_failed);
    EXPECT_EQ(stream.ended(), WatchEnd::failed);
}

TEST_P(WatchStreams, GiveChildrenAndTheDifference) {
    zk().create("/a");
    zk().create("/a/1");
    ChildrenStream stream(zk(), "/a");
    EXPECT_EQ(stream.next().get(patience)->children, Names{"1"});
    zk().create("/a/2");
    zk().delete_("/a/1");
    const auto change = stream.next().get(patience).value();
    EXPECT_EQ(change.children, Names{"2"});
    EXPECT_EQ(change.added, Names{"2"});
    EXPECT_EQ(change.removed, Names{"1"});
    zk().delete_recursive("/a");
    const auto last = stream.next().get(patience);
    const bool ended = !last || !stream.next().get(patience);
    EXPECT_TRUE(ended);
    EXPECT_EQ(stream.ended(), WatchEnd::no_node);
}

KAZOO_ON_EACH_HANDLER(WatchStreams);

}  // namespace
}  // namespace kazoo::recipe_tests
