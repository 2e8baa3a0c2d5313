// SPDX-License-Identifier: Apache-2.0
// TreeCache: what it keeps and reports.
#include "tree_cache_fixture.hpp"

#include <kazoo/security.hpp>

#include <optional>
#include <stdexcept>
#include <utility>

namespace kazoo::recipe_tests {
namespace {

class TreeCaches : public TreeCacheTest {};

TEST_P(TreeCaches, ReportsTheTreeAndItsChanges) {
    create({"/r", "/r/b", "/r/a", "/r/b/c", "/s"});
    TreeCache cache(zk(), "/r", quickly());
    record(cache);
    cache.start();
    cache.initialized().get(patience);
    ASSERT_TRUE(log->becomes("+/r +/r/a +/r/b +/r/b/c INITIALIZED"));
    other().set("/r/a", "2");
    ASSERT_TRUE(log->wait_for(NODE_UPDATED));
    other().create("/r/a/d", "3");
    ASSERT_TRUE(log->wait_for(NODE_ADDED, 5));
    other().delete_recursive("/r/b");
    ASSERT_TRUE(log->becomes("+/r +/r/a +/r/b +/r/b/c INITIALIZED ~/r/a +/r/a/d -/r/b/c -/r/b"));
    const auto events = log->all();
    EXPECT_EQ(events[5].node.data, "2");
    EXPECT_EQ(events[7].node.data, "/r/b/c") << "the old data";
    EXPECT_EQ(cache.ended(), std::nullopt);
    EXPECT_EQ(faults->size(), 0);
}

TEST_P(TreeCaches, AnswersFromTheCopy) {
    create({"/r", "/r/b", "/r/a"});
    TreeCache cache(zk(), "/r/", quickly());
    EXPECT_EQ(cache.get_data("/r"), std::nullopt) << "not started";
    cache.start();
    cache.initialized().get(patience);
    const auto node = cache.get_data("/r/a");
    ASSERT_TRUE(node);
    EXPECT_EQ(node->data, "/r/a");
    EXPECT_EQ(node->stat, zk().exists("/r/a"));
    EXPECT_EQ(cache.get_children("r"), (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(cache.get_children("/r/a"), std::vector<std::string>());
    EXPECT_EQ(cache.get_data("/r/c"), std::nullopt);
    EXPECT_EQ(cache.get_children("/r/c"), std::nullopt);
    EXPECT_THROW(static_cast<void>(cache.get_data("/rother")), BadArgumentsError);
    EXPECT_THROW(static_cast<void>(cache.get_children("/")), BadArgumentsError);
    EXPECT_THROW(static_cast<void>(cache.get_data("/r/../s")), BadArgumentsError);
    EXPECT_EQ(cache.size(), 3);
}

TEST_P(TreeCaches, StartsOnceAndEndsWithClose) {
    EXPECT_THROW(static_cast<void>(TreeCache(zk(), "/r/..")), BadArgumentsError);
    create({"/r"});
    TreeCache cache(zk(), "/r", quickly());
    cache.start();
    EXPECT_THROW(cache.start(), BadArgumentsError);
    cache.initialized().get(patience);
    auto stream = cache.stream();
    cache.close();
    cache.close();
    EXPECT_EQ(cache.ended(), WatchEnd::stopped);
    EXPECT_EQ(cache.failure(), std::nullopt);
    EXPECT_EQ(cache.get_data("/r"), std::nullopt);
    EXPECT_EQ(stream.next().get(patience), std::nullopt);
    EXPECT_THROW(cache.start(), BadArgumentsError);
    TreeCache unused(zk(), "/r");
    unused.close();
    EXPECT_EQ(error_of(unused.initialized()).code(), ClientErrc::cancelled);
    EXPECT_TRUE(wait_until([&] { return zk().metrics().watches_registered == 0; }, patience));
}

TEST_P(TreeCaches, WaitsForTheRootAndFollowsItsReturn) {
    TreeCache cache(zk(), "/r", quickly());
    record(cache);
    cache.start();
    ASSERT_TRUE(log->becomes("INITIALIZED"));
    create({"/r", "/r/a"});
    ASSERT_TRUE(log->becomes("INITIALIZED +/r +/r/a"));
    other().delete_recursive("/r");
    ASSERT_TRUE(log->becomes("INITIALIZED +/r +/r/a -/r/a -/r"));
    create({"/r"});
    ASSERT_TRUE(log->becomes("INITIALIZED +/r +/r/a -/r/a -/r +/r"));
    EXPECT_TRUE(converges(cache));
}

TEST_P(TreeCaches, CreatesTheRootOnRequest) {
    TreeCache cache(zk(), "/x/y/r", quickly().create_root());
    cache.start();
    cache.initialized().get(patience);
    EXPECT_TRUE(other().exists("/x/y/r"));
    EXPECT_TRUE(cache.get_data("/x/y/r"));
}

TEST_P(TreeCaches, KeepsTheWholeServer) {
    create({"/r", "/r/a"});
    TreeCache cache(zk(), "/", quickly().selector([](const std::string& path) {
        return path != "/zookeeper";
    }));
    cache.start();
    cache.initialized().get(patience);
    EXPECT_EQ(cache.get_children("/"), std::vector<std::string>{"r"});
    create({"/s"});
    EXPECT_TRUE(wait_until([&] { return cache.get_data("/s").has_value(); }, patience));
    EXPECT_EQ(cache.get_data("/r/a")->data, "/r/a");
}

TEST_P(TreeCaches, TakesWhatDepthAndSelectorAllow) {
    create({"/r", "/r/a", "/r/skip", "/r/skip/x", "/r/a/b", "/r/a/b/c"});
    TreeCache cache(
        zk(), "/r", quickly().max_depth(2).names_only().selector([](const std::string& path) {
            if (path.ends_with("/bad")) throw std::runtime_error("bad");
            return !path.ends_with("/skip");
        })
    );
    record(cache);
    cache.start();
    ASSERT_TRUE(log->becomes("+/r +/r/a +/r/a/b INITIALIZED"));
    EXPECT_EQ(cache.get_data("/r/a")->data, "") << "names only";
    EXPECT_EQ(cache.get_data("/r/a")->stat.data_length, 4);
    create({"/r/skip/y", "/r/a/b/d", "/r/skip2", "/r/bad", "/r/e"});
    other().set("/r/a", "new");
    ASSERT_TRUE(log->wait_for(NODE_UPDATED));
    EXPECT_EQ(log->text(4), "+/r/skip2 +/r/e ~/r/a");
    ASSERT_TRUE(faults->wait_for(1));
    EXPECT_EQ(faults->all()[0].code(), ClientErrc::foreign_exception);
}

TEST_P(TreeCaches, EndsWithAnErrorThatNamesTheLimit) {
    create({"/r", "/r/a", "/r/b"});
    TreeCache cache(zk(), "/r", quickly().max_nodes(2));
    record(cache);
    cache.start();
    EXPECT_TRUE(becomes(cache, WatchEnd::failed));
    EXPECT_EQ(error_of(cache.initialized()).code(), ClientErrc::configuration);
    EXPECT_NE(cache.failure()->message().find("max_nodes is 2"), std::string::npos);
    ASSERT_TRUE(faults->wait_for(1));
    EXPECT_EQ(faults->all()[0], cache.failure());
    EXPECT_THROW(static_cast<void>(cache.get_data("/r")), ConfigurationError);
    EXPECT_EQ(error_of(cache.stream().next()).code(), ClientErrc::configuration);
}

TEST_P(TreeCaches, StreamsBeginWithTheTreeOrNow) {
    create({"/r", "/r/a"});
    TreeCache cache(zk(), "/r", quickly());
    cache.start();
    cache.initialized().get(patience);
    auto all = cache.stream();
    auto later = cache.stream(StreamFrom::now);
    const auto waiting = later.next();
    EXPECT_EQ(error_of(later.next()).code(), Errc::bad_arguments) << "one at a time";
    std::string text;
    for (int i = 0; i < 3; ++i) {
        const auto event = all.next().get(patience).value();
        text += std::string(to_string(event.type)) + event.path + " ";
    }
    EXPECT_EQ(text, "NODE_ADDED/r NODE_ADDED/r/a INITIALIZED ");
    EXPECT_FALSE(waiting.ready());
    other().set("/r/a", "2");
    EXPECT_EQ(waiting.get(patience)->type, NODE_UPDATED);
    EXPECT_EQ(all.next().get(patience)->node.data, "2");
    const auto cancelled = all.next();
    cancelled.cancel();
    other().set("/r/a", "3");
    EXPECT_EQ(all.next().get(patience)->node.data, "3") << "a cancelled call loses nothing";
    later.close();
    EXPECT_EQ(later.next().get(patience), std::nullopt);
    TreeStream moved(std::move(all));
    cache = TreeCache(zk(), "/s");
    EXPECT_EQ(moved.next().get(patience), std::nullopt) << "outlives its cache";
}

TEST_P(TreeCaches, ASnapshotIsContinuedByItsStream) {
    create({"/r", "/r/n"});
    TreeCache cache(zk(), "/r", quickly());
    cache.start();
    cache.initialized().get(patience);
    constexpr int last = 200;
    std::vector<AsyncResult<ZnodeStat>> sets;
    for (int i = 1; i <= last; ++i) sets.push_back(other().set_async("/r/n", std::to_string(i)));
    auto snapshot = cache.snapshot();
    EXPECT_TRUE(snapshot.initialized);
    auto node = snapshot.nodes.at("/r/n");
    while (node.data != std::to_string(last)) {
        const auto event = snapshot.changes.next().get(patience).value();
        ASSERT_EQ(event.path, "/r/n");
        EXPECT_GT(event.node.stat.mzxid, node.stat.mzxid);
        node = event.node;
    }
    for (const auto& set : sets) set.get(patience);
}

TEST_P(TreeCaches, ExceptionsOfListenersAreFaults) {
    create({"/r"});
    TreeCache cache(zk(), "/r", quickly());
    const auto thrower =
        cache.listen([](const TreeEvent&) { throw std::runtime_error("not today"); });
    record(cache);
    cache.start();
    ASSERT_TRUE(log->becomes("+/r INITIALIZED")) << "other listeners are called nevertheless";
    ASSERT_TRUE(faults->wait_for(2));
    EXPECT_EQ(faults->all()[0].code(), ClientErrc::foreign_exception);
    EXPECT_NE(faults->all()[0].detail().find("not today"), std::string::npos);
    EXPECT_TRUE(cache.unlisten(thrower));
    EXPECT_FALSE(cache.unlisten(thrower));
    other().set("/r", "2");
    ASSERT_TRUE(log->wait_for(NODE_UPDATED));
    EXPECT_EQ(faults->size(), 2);
}

TEST_P(TreeCaches, NodesThatMayNotBeReadAreFaultsAndAreReadLater) {
    create({"/r", "/r/a"});
    other().create(
        "/r/secret",
        "s",
        CreateOptions().acl({make_digest_acl("user", "password", Permissions::all)})
    );
    TreeCache cache(zk(), "/r", quickly());
    record(cache);
    cache.start();
    ASSERT_TRUE(log->becomes("+/r +/r/a INITIALIZED"));
    ASSERT_TRUE(faults->wait_for(1));
    EXPECT_EQ(faults->all()[0].code(), Errc::no_auth);
    EXPECT_EQ(faults->all()[0].path(), "/r/secret");
    zk().add_auth("digest", "user:password");
    zk().set("/r/secret", "t");
    ASSERT_TRUE(log->becomes("+/r +/r/a INITIALIZED +/r/secret"));
}

TEST_P(TreeCaches, AListenerMayCloseTheCache) {
    create({"/r", "/r/a"});
    std::optional<TreeCache> cache(std::in_place, zk(), "/r", quickly());
    const auto calls = std::make_shared<Recorder<TreeEvent>>();
    cache->listen([&cache, calls](const TreeEvent& event) {
        calls->add(event);
        cache->close();
    });
    cache->start();
    EXPECT_TRUE(becomes(*cache, WatchEnd::stopped));
    cache.reset();
    EXPECT_EQ(calls->size(), 1) << "no call begins after close";
}

TEST_P(TreeCaches, SlowListenersReceiveTheLastState) {
    create({"/r"});
    TreeCache cache(zk(), "/r", quickly());
    const auto reached = std::make_shared<Event>(zk().handler());
    const auto release = std::make_shared<Event>(zk().handler());
    if (GetParam().callbacks_may_block) {
        cache.listen([reached, release](const TreeEvent&) {
            reached->set();
            release->wait(patience);
        });
    }
    record(cache);
    cache.start();
    if (GetParam().callbacks_may_block) {
        ASSERT_TRUE(reached->wait(patience));
    }
    for (int i = 0; i < 50; ++i) {
        other().create("/r/x", "");
        other().delete_("/r/x");
    }
    other().create("/r/y", "1");
    for (int i = 0; i < 50; ++i) other().set("/r", std::to_string(i));
    release->set();
    EXPECT_TRUE(converges(cache));
    EXPECT_TRUE(wait_until(
        [&] {
            const auto text = log->text();
            return text.find("+/r/y") != std::string::npos && cache.get_data("/r")->data == "49";
        },
        patience
    ));
}

KAZOO_ON_EACH_HANDLER(TreeCaches);

}  // namespace
}  // namespace kazoo::recipe_tests
