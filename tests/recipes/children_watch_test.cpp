// SPDX-License-Identifier: Apache-2.0
// ChildrenWatch: its calls, and what becomes of it without the node.
#include "recipe_fixture.hpp"

namespace kazoo::recipe_tests {
namespace {

using Names = std::vector<std::string>;

class ChildrenWatchTest : public RecipeTest {
protected:
    ChildrenWatch recording(const ChildrenWatchOptions& options = ChildrenWatchOptions()) {
        return ChildrenWatch(
            zk(),
            "/a",
            [calls = calls](const ChildrenChange& change) { calls->add(change); },
            ChildrenWatchOptions(options).on_error([errors = errors](const Error& error) {
                errors->add(error);
            })
        );
    }

    std::shared_ptr<Recorder<ChildrenChange>> calls = std::make_shared<Recorder<ChildrenChange>>();
    std::shared_ptr<Recorder<Error>> errors = std::make_shared<Recorder<Error>>();
};

TEST_P(ChildrenWatchTest, ReportsChildrenAndTheDifference) {
    zk().create("/a");
    zk().create("/a/2");
    zk().create("/a/1");
    auto watch = recording();
    ASSERT_TRUE(calls->wait_for(1));
    other().create("/a/0");
    ASSERT_TRUE(calls->wait_for(2));
    other().delete_("/a/1");
    ASSERT_TRUE(calls->wait_for(3));
    const auto all = calls->all();
    EXPECT_EQ(all[0].children, (Names{"1", "2"}));
    EXPECT_EQ(all[0].added, (Names{"1", "2"}));
    EXPECT_FALSE(all[0].event);
    EXPECT_EQ(all[1].children, (Names{"0", "1", "2"}));
    EXPECT_EQ(all[1].added, Names{"0"});
    EXPECT_EQ(all[1].removed, Names());
    EXPECT_EQ(all[1].event.value().type, EventType::CHILD);
    EXPECT_EQ(all[2].removed, Names{"1"});
    EXPECT_EQ(all[2].added, Names());
    EXPECT_EQ(all[2].stat.value().num_children, 2);
}

TEST_P(ChildrenWatchTest, AcceptsFunctionsOfNamesAndOfNamesAndEvent) {
    zk().create("/a");
    auto names = std::make_shared<Recorder<Names>>();
    auto types = std::make_shared<Recorder<EventType>>();
    const ChildrenWatch plain(zk(), "/a", [names](const Names& children) { names->add(children); });
    const ChildrenWatch with_event(
        zk(),
        "/a",
        [types](const Names&, const std::optional<WatchedEvent>& event) {
            types->add(event ? event->type : EventType::NONE);
            return !event;
        }
    );
    ASSERT_TRUE(names->wait_for(1));
    ASSERT_TRUE(types->wait_for(1));
    other().create("/a/b");
    ASSERT_TRUE(names->wait_for(2));
    EXPECT_EQ(names->all()[1], Names{"b"});
    EXPECT_TRUE(becomes(with_event, WatchEnd::function));
    EXPECT_EQ(types->all(), (std::vector{EventType::NONE, EventType::CHILD}));
}

TEST_P(ChildrenWatchTest, AChildThatWasCreatedAgainIsReported) {
    zk().create("/a");
    zk().create("/a/b");
    auto watch = recording();
    ASSERT_TRUE(calls->wait_for(1));
    const auto held = server.inject(Fault::fail(Errc::connection_loss).on(Request::get_children));
    other().delete_("/a/b");
    other().create("/a/b");
    server.remove(held);
    ASSERT_TRUE(wait_until([&] { return calls->size() >= 2; }, patience));
    EXPECT_EQ(calls->all().back().children, Names{"b"});
}

TEST_P(ChildrenWatchTest, EndsIfTheNodeDoesNotExist) {
    auto watch = recording();
    EXPECT_TRUE(becomes(watch, WatchEnd::no_node));
    EXPECT_EQ(error_of(watch.first_call()).code(), Errc::no_node);
    ASSERT_TRUE(errors->wait_for(1));
    EXPECT_EQ(errors->all()[0].code(), Errc::no_node);
    EXPECT_EQ(calls->size(), 0);
}

TEST_P(ChildrenWatchTest, EndsWhenTheNodeIsDeleted) {
    zk().create("/a");
    auto watch = recording();
    ASSERT_TRUE(calls->wait_for(1));
    other().delete_("/a");
    EXPECT_TRUE(becomes(watch, WatchEnd::no_node));
    EXPECT_TRUE(errors->wait_for(1));
}

TEST_P(ChildrenWatchTest, WaitsForTheNodeOnRequest) {
    auto watch = recording(ChildrenWatchOptions().wait_for_node());
    ASSERT_TRUE(calls->wait_for(1));
    EXPECT_FALSE(calls->all()[0].stat);
    other().create("/a");
    ASSERT_TRUE(calls->wait_for(2));
    EXPECT_TRUE(calls->all()[1].stat);
    other().create("/a/b");
    ASSERT_TRUE(calls->wait_for(3));
    other().delete_recursive("/a");
    ASSERT_TRUE(wait_until([&] { return !calls->all().back().stat; }, patience));
    EXPECT_EQ(calls->all().back().children, Names());
    other().create("/a");
    EXPECT_TRUE(wait_until([&] { return calls->all().back().stat.has_value(); }, patience));
}

TEST_P(ChildrenWatchTest, ReportsTheDifferenceAcrossTheLossOfTheSession) {
    zk().create("/a");
    zk().create("/a/kept");
    zk().create("/a/mine", "", CreateOptions().ephemeral());
    auto watch = recording();
    ASSERT_TRUE(calls->wait_for(1));
    expire_session();
    ASSERT_TRUE(calls->wait_for(2));
    EXPECT_EQ(calls->all()[1].children, Names{"kept"});
    EXPECT_EQ(calls->all()[1].removed, Names{"mine"});
    other().create("/a/new");
    ASSERT_TRUE(calls->wait_for(3));
    EXPECT_EQ(calls->all()[2].added, Names{"new"});
}

TEST_P(ChildrenWatchTest, EndsWithTheSessionOnRequest) {
    zk().create("/a");
    auto watch = recording(ChildrenWatchOptions().allow_session_lost(false));
    ASSERT_TRUE(calls->wait_for(1));
    expire_session();
    EXPECT_TRUE(becomes(watch, WatchEnd::session_lost));
}

TEST_P(ChildrenWatchTest, MakesNoCallAfterStop) {
    zk().create("/a");
    auto watch = recording();
    ASSERT_TRUE(calls->wait_for(1));
    watch.stop();
    auto& later = *calls;
    const ChildrenWatch next(zk(), "/a", [calls = calls](const ChildrenChange& change) {
        calls->add(change);
    });
    ASSERT_TRUE(later.wait_for(2));
    other().create("/a/b");
    ASSERT_TRUE(later.wait_for(3));
    EXPECT_EQ(later.size(), 3) << "one for each change, of the second watch";
}

KAZOO_ON_EACH_HANDLER(ChildrenWatchTest);

}  // namespace
}  // namespace kazoo::recipe_tests
