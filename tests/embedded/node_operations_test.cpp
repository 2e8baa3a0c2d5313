// SPDX-License-Identifier: Apache-2.0
// Reads with a consistency on servers that lag behind, operations that meet other clients, and
// servers that do not know an operation.
#include "embedded_fixture.hpp"

#include <set>
#include <string>

namespace kazoo::embedded_tests {
namespace {

class ConsistentReadTest : public ::testing::Test {
protected:
    void SetUp() override {
        writer.create("/a", "old");
        ASSERT_TRUE(becomes_true([&] { return ensemble[1].applied_zxid() == ensemble.zxid(); }));
        ensemble[1].lag();
        written = writer.set("/a", "new");
        ASSERT_EQ(reader.get("/a").data, "old");
    }

    Ensemble ensemble{2};
    StartedClient writer{ensemble[0].hosts()};
    StartedClient reader{ensemble[1].hosts()};
    ZnodeStat written;
};

TEST_F(ConsistentReadTest, TheLatestStateIsWaitedFor) {
    const auto read = reader.get_async("/a", ReadOptions().consistency(Consistency::latest));
    EXPECT_FALSE(read.wait(20ms));
    ensemble[1].catch_up();
    EXPECT_EQ(read.get(patience).data, "new");
}

TEST_F(ConsistentReadTest, AZxidIsWaitedFor) {
    writer.create("/b", "created meanwhile");
    const auto created = writer.exists("/b");
    EXPECT_EQ(reader.get("/a", ReadOptions().at_least(written.mzxid - 1)).data, "old");
    const auto changed = reader.get_async("/a", ReadOptions().at_least(written.mzxid));
    const auto absent = reader.get_async("/b", ReadOptions().at_least(created->czxid));
    const auto exists = reader.exists_async("/b", ReadOptions().at_least(created->czxid));
    EXPECT_FALSE(changed.wait(20ms));
    EXPECT_FALSE(absent.ready() || exists.ready());
    ensemble[1].catch_up();
    EXPECT_EQ(changed.get(patience).data, "new");
    EXPECT_EQ(absent.get(patience).data, "created meanwhile");
    EXPECT_EQ(exists.get(patience), created);
}

TEST_F(ConsistentReadTest, ANewSessionDoesNotReadThePastOfTheExpiredOne) {
    KazooClient zk(to(ensemble[0].hosts() + "," + ensemble[1].hosts()));
    StateLog states(zk);
    zk.start(patience);
    ASSERT_EQ(zk.get("/a").data, "new");
    ensemble[0].handshakes(Handshake::refuse);
    ensemble.expire_session(zk.client_id()->session_id);
    ASSERT_TRUE(states.wait_for(SUSPENDED));
    EXPECT_FALSE(zk.get_async("/a").wait(100ms)) << "the other server lags behind";
    ensemble[1].catch_up();
    ASSERT_TRUE(states.wait_for(4));
    EXPECT_EQ(states.states(), (std::vector{CONNECTED, SUSPENDED, LOST, CONNECTED}));
    EXPECT_EQ(zk.get("/a").data, "new");
}

TEST_F(ConsistentReadTest, AReadOnlyServerHasNoLatestState) {
    ensemble[1].cut_off();
    const auto latest = ReadOptions().consistency(Consistency::latest);
    const auto error = thrown<NotReadOnlyCallError>([&] { reader.get("/a", latest); });
    EXPECT_STREQ(error.operation(), "get");
    EXPECT_EQ(reader.get("/a").data, "old");
    ensemble[1].rejoin();
    ensemble[1].catch_up();
}

class MetOperations : public ::testing::Test {
protected:
    Server server;
    StartedClient zk{server.hosts()};
};

TEST_F(MetOperations, CreateOrSetStartsOverIfTheNodeIsDeletedMeanwhile) {
    server.inject(Fault::fail(Errc::node_exists).on(Request::create).once());
    const auto done = zk.create_or_set("/a", "x");  // the set finds no node
    EXPECT_TRUE(done.created);
    EXPECT_EQ(zk.get("/a").data, "x");
}

TEST_F(MetOperations, CreateOrSetGivesUp) {
    server.inject(Fault::fail(Errc::node_exists).on(Request::create));
    const auto error = thrown<NoNodeError>([&] { zk.create_or_set("/a", "x"); });
    EXPECT_STREQ(error.operation(), "create_or_set");
    EXPECT_EQ(error.path(), "/a");
    EXPECT_EQ(error.outcome(), Outcome::not_applied);
}

TEST_F(MetOperations, ChildrenThatAreDeletedMeanwhileAreLeftOut) {
    for (const auto* path : {"/p/a", "/p/b", "/p/c"}) zk.ensure_path(path);
    server.inject(Fault::fail(Errc::no_node).on(Request::get).path("/p/b"));
    std::set<std::string> names;
    for (const auto& child : zk.get_children_with_data("/p")) names.insert(child.name);
    EXPECT_EQ(names, (std::set<std::string>{"a", "c"}));
    server.clear_faults();
    server.inject(Fault::fail(Errc::no_auth).on(Request::get).path("/p/c"));
    const auto error = thrown<NoAuthError>([&] { zk.get_children_with_data("/p"); });
    EXPECT_EQ(error.path(), "/p/c") << "no child is left out for another reason";
}

TEST_F(MetOperations, DeleteRecursiveDeletesWhatIsCreatedMeanwhile) {
    zk.ensure_path("/t/a/b");
    // As if another client created children again: /t/a is not empty three times.
    server.inject(Fault::fail(Errc::not_empty).on(Request::delete_).path("/t/a").times(3));
    zk.delete_recursive("/t");
    EXPECT_FALSE(zk.exists("/t"));
}

TEST_F(MetOperations, DeleteRecursiveGivesUp) {
    zk.ensure_path("/t/a/b");
    server.inject(Fault::fail(Errc::not_empty).on(Request::delete_).path("/t/a"));
    const auto error = thrown<NotEmptyError>([&] { zk.delete_recursive("/t"); });
    EXPECT_STREQ(error.operation(), "delete_recursive");
    EXPECT_EQ(error.path().substr(0, 4), "/t/a");
    EXPECT_EQ(error.outcome(), Outcome::not_applied);
}

TEST(UnknownOperations, TheErrorNamesTheReleaseThatIsNeeded) {
    const auto detail_of = [](Release release, const auto& call) {
        Server server(ServerOptions().release(release));
        StartedClient zk(server.hosts());
        return thrown<UnimplementedError>([&] { call(zk); }).detail();
    };
    const auto expect_needs = [](const std::string& detail, const char* release) {
        EXPECT_NE(detail.find(release), std::string::npos) << detail;
    };
    using Zk = KazooClient;
    const auto older = Release::zookeeper_3_5;
    expect_needs(detail_of(older, [](Zk& zk) { zk.get_ephemerals(); }), "3.6");
    expect_needs(detail_of(older, [](Zk& zk) { zk.get_all_children_number("/"); }), "3.6");
    expect_needs(detail_of(Release::zookeeper_3_6, [](Zk& zk) { zk.who_am_i(); }), "3.7");
    expect_needs(
        detail_of(Release::zookeeper_3_4, [](Zk& zk) { zk.reconfig("", "1", ""); }), "3.5"
    );
}

}  // namespace
}  // namespace kazoo::embedded_tests
