// SPDX-License-Identifier: Apache-2.0
#include "recipe_fixture.hpp"

#include <string>
#include <utility>

namespace kazoo::recipe_tests {
namespace {

class PersistentNodeTest : public RecipeTest {
protected:
    PersistentNodeOptions recording() {
        return PersistentNodeOptions()
            .retry(quick())
            .on_created([created = created](const std::string& path) { created->add(path); })
            .on_error([errors = errors](const Error& error) { errors->add(error); });
    }
    std::int64_t session() { return zk().client_id().value().session_id; }
    bool exists() { return other().exists("/a").has_value(); }
    bool disappears(const char* path) {
        return wait_until([&] { return !other().exists(path); }, patience);
    }
    /// Waits until the node exists with this owner.
    bool is_owned_by(std::int64_t owner) {
        return wait_until(
            [&] {
                const auto stat = other().exists("/a");
                return stat && stat->ephemeral_owner == owner;
            },
            patience
        );
    }
    bool has_data(const char* data) {
        return wait_until([&] { return exists() && other().get("/a").data == data; }, patience);
    }
    Fault on_own(Fault fault, Request request) { return fault.on(request).session(session()); }

    std::shared_ptr<Recorder<std::string>> created = std::make_shared<Recorder<std::string>>();
    std::shared_ptr<Recorder<Error>> errors = std::make_shared<Recorder<Error>>();
};

template <class T>
bool succeeds(const AsyncResult<T>& result) {
    return result.wait(patience) && result.successful();
}

TEST_P(PersistentNodeTest, CreatesAnEphemeralNodeWithItsParents) {
    const PersistentNode node(zk(), "/deep/down/a", "data", recording());
    const auto path = node.wait_for_initial_create_async();
    ASSERT_TRUE(succeeds(path));
    EXPECT_EQ(path.get(), "/deep/down/a");
    EXPECT_EQ(node.path(), "/deep/down/a");
    EXPECT_TRUE(node.present());
    const auto found = other().get("/deep/down/a");
    EXPECT_EQ(found.data, "data");
    EXPECT_EQ(found.stat.ephemeral_owner, session());
    ASSERT_TRUE(created->wait_for(1));
    EXPECT_EQ(created->all()[0], "/deep/down/a");
}

TEST_P(PersistentNodeTest, CreatesItsNodeWhenTheClientIsStarted) {
    auto& client = make_client();
    const PersistentNode node(client, "/a", "", recording());
    EXPECT_FALSE(node.present());
    EXPECT_EQ(node.path(), std::nullopt);
    EXPECT_EQ(
        error_of(node.wait_for_initial_create_async(CallOptions().timeout(50ms))).code(),
        Errc::operation_timeout
    );
    client.start(patience);
    EXPECT_TRUE(succeeds(node.wait_for_initial_create_async()));
    client.stop();
    EXPECT_FALSE(exists());
    client.start(patience);
    EXPECT_TRUE(wait_until([&] { return exists(); }, patience));
}

TEST_P(PersistentNodeTest, CreatesItsNodeAgainWhenOthersDeleteIt) {
    const PersistentNode node(zk(), "/a", "x", recording());
    for (std::size_t i = 1; i <= 3; ++i) {
        ASSERT_TRUE(created->wait_for(i));
        ASSERT_TRUE(has_data("x"));
        other().delete_("/a");
    }
    ASSERT_TRUE(created->wait_for(4));
    EXPECT_TRUE(is_owned_by(session()));
}

TEST_P(PersistentNodeTest, CreatesItsNodeInEachSession) {
    const PersistentNode node(zk(), "/a", "x", recording());
    ASSERT_TRUE(created->wait_for(1));
    for (std::size_t i = 2; i <= 3; ++i) {
        expire_session();
        EXPECT_TRUE(is_owned_by(session()));
        EXPECT_TRUE(created->wait_for(i));
    }
    EXPECT_TRUE(node.present());
    EXPECT_EQ(errors->size(), 0);
}

TEST_P(PersistentNodeTest, ReplacesTheNodeOfItsFormerSessionWithoutAGap) {
    const PersistentNode node(zk(), "/a", "x", recording());
    ASSERT_TRUE(created->wait_for(1));
    const auto former = session();
    const auto deleted = std::make_shared<Recorder<WatchedEvent>>();
    ASSERT_TRUE(other().exists("/a", [deleted](const WatchedEvent& e) { deleted->add(e); }));
    // The client begins a new session while the servers still have the former one.
    server.handshakes(testing::Handshake::other_session, 1);
    server.drop_connection(former);
    ASSERT_TRUE(wait_until(
        [&] {
            const auto id = zk().client_id();
            return id && id->session_id != former && zk().connected();
        },
        patience
    ));
    EXPECT_TRUE(is_owned_by(session()));
    EXPECT_TRUE(has_data("x"));
    ASSERT_TRUE(deleted->wait_for(1));
    server.expire_session(former);
    EXPECT_TRUE(created->wait_for(2));
    EXPECT_TRUE(is_owned_by(session())) << "it does not go with the former session";
}

TEST_P(PersistentNodeTest, WaitsForTheNodeOfAnotherOwner) {
    other().create("/a", "theirs", CreateOptions().ephemeral());
    PersistentNode node(zk(), "/a", "ours", recording());
    ASSERT_TRUE(errors->wait_for(1));
    EXPECT_EQ(errors->all()[0].code(), Errc::node_exists);
    EXPECT_FALSE(node.present());
    other().delete_("/a");
    EXPECT_TRUE(has_data("ours"));
    EXPECT_TRUE(succeeds(node.close_async()));
    other().create("/a", "not ephemeral");
    PersistentNode second(zk(), "/a", "ours", recording());
    ASSERT_TRUE(errors->wait_for(2));
    EXPECT_TRUE(succeeds(second.close_async()));
    EXPECT_TRUE(has_data("not ephemeral")) << "it is not deleted";
}

TEST_P(PersistentNodeTest, ReplacesTheNodeOfAnotherSessionOnRequest) {
    other().create("/a", "theirs", CreateOptions().ephemeral());
    const PersistentNode node(zk(), "/a", "ours", recording().take_over());
    EXPECT_TRUE(has_data("ours"));
    EXPECT_TRUE(is_owned_by(session()));
}

TEST_P(PersistentNodeTest, FindsANodeWhoseCreationHadNoReply) {
    server.inject(on_own(Fault::drop_after(), Request::create).path("/a").once());
    const PersistentNode node(zk(), "/a", "x", recording());
    EXPECT_TRUE(succeeds(node.wait_for_initial_create_async()));
    EXPECT_TRUE(has_data("x"));
    ASSERT_TRUE(created->wait_for(1));
    EXPECT_EQ(created->size(), 1);
}

TEST_P(PersistentNodeTest, KeepsAProtectedSequenceNodeUnderOneName) {
    const auto options = CreateOptions().ephemeral().sequence().protect();
    server.inject(on_own(Fault::drop_after(), Request::create).path("/s/").once());
    const PersistentNode node(zk(), "/s/m-", "x", recording().create(options));
    const auto path = node.wait_for_initial_create_async();
    ASSERT_TRUE(succeeds(path));
    EXPECT_EQ(other().get_children("/s").size(), 1) << "the lost reply leaves no second node";
    EXPECT_EQ(path.get().substr(0, 6), "/s/_c_");
    expire_session();
    ASSERT_TRUE(created->wait_for(2));
    EXPECT_EQ(created->all()[1], path.get());
    EXPECT_EQ(other().get_children("/s").size(), 1);
}

TEST_P(PersistentNodeTest, KeepsNodesThatAreNotEphemeral) {
    other().create("/a", "old");
    {
        const PersistentNode node(zk(), "/a", "new", recording().create(CreateOptions()));
        EXPECT_TRUE(has_data("new")) << "an existing node gets the data";
        expire_session();
        EXPECT_TRUE(node.present());
        other().delete_("/a");
        EXPECT_TRUE(has_data("new"));
    }
    EXPECT_TRUE(disappears("/a"));
    const PersistentNode container(zk(), "/c", "", recording().create(CreateOptions().container()));
    EXPECT_TRUE(succeeds(container.wait_for_initial_create_async()));
}

TEST_P(PersistentNodeTest, SetsItsData) {
    PersistentNode node(zk(), "/a", "1", recording());
    ASSERT_TRUE(created->wait_for(1));
    EXPECT_TRUE(succeeds(node.set_data_async("2")));
    EXPECT_EQ(other().get("/a").data, "2");
    server.inject(on_own(Fault::drop_after(), Request::set).once());
    EXPECT_TRUE(succeeds(node.set_data_async("3")));
    EXPECT_EQ(other().get("/a").data, "3");
    EXPECT_TRUE(succeeds(node.set_data_async(std::nullopt)));
    EXPECT_TRUE(other().get("/a").null_data);
    EXPECT_TRUE(succeeds(node.set_data_async("4")));
    expire_session();
    EXPECT_TRUE(has_data("4"));
    other().set("/a", "theirs");
    EXPECT_TRUE(has_data("theirs")) << "data of others stay";
}

TEST_P(PersistentNodeTest, ReportsErrorsOnceAndTriesAgain) {
    server.inject(on_own(Fault::fail(Errc::no_auth), Request::create).times(5));
    const PersistentNode node(zk(), "/a", "", recording());
    EXPECT_TRUE(succeeds(node.wait_for_initial_create_async()));
    ASSERT_TRUE(errors->wait_for(1));
    EXPECT_EQ(errors->all()[0].code(), Errc::no_auth);
    EXPECT_EQ(errors->size(), 1);
}

TEST_P(PersistentNodeTest, EndsWhenThePolicyAllowsNoOtherTry) {
    server.inject(on_own(Fault::fail(Errc::no_auth), Request::create));
    const PersistentNode node(zk(), "/a", "", recording().retry(quick().max_tries(3)));
    EXPECT_EQ(error_of(node.wait_for_initial_create_async()).code(), ClientErrc::retry_failed);
    EXPECT_TRUE(errors->wait_for(2));
}

TEST_P(PersistentNodeTest, DeletesItsNodeWhenItIsClosedOrDestroyed) {
    PersistentNode node(zk(), "/a", "", recording());
    ASSERT_TRUE(succeeds(node.wait_for_initial_create_async()));
    server.inject(on_own(Fault::drop_before(), Request::delete_).once());
    EXPECT_TRUE(succeeds(node.close_async()));
    EXPECT_FALSE(exists());
    EXPECT_TRUE(succeeds(node.close_async()));
    EXPECT_EQ(error_of(node.set_data_async("x")).code(), ClientErrc::cancelled);
    {
        PersistentNode second(zk(), "/a", "", recording());
        ASSERT_TRUE(succeeds(second.wait_for_initial_create_async()));
        node = std::move(second);
    }
    EXPECT_TRUE(exists()) << "it has moved";
    node = PersistentNode(zk(), "/b", "", recording());
    EXPECT_TRUE(disappears("/a"));
}

TEST_P(PersistentNodeTest, LeavesNoNodeIfItIsDestroyedDuringTheCreate) {
    const auto held = server.inject(on_own(Fault::hold(), Request::create));
    { const PersistentNode node(zk(), "/a", "", recording()); }
    {
        const PersistentNode node(zk(), "/a", "", recording());
        ASSERT_TRUE(wait_until([&] { return exists(); }, patience));
    }
    server.remove(held);
    EXPECT_TRUE(disappears("/a"));
    {
        const PersistentNode node(zk(), "/a", "", recording());
        server.inject(on_own(Fault::drop_after(), Request::create).once());
    }
    EXPECT_TRUE(disappears("/a"));
}

TEST_P(PersistentNodeTest, EndsWithItsClient) {
    std::optional<PersistentNode> node;
    {
        KazooClient client(options());
        client.start(patience);
        node.emplace(client, "/a", "", recording());
        ASSERT_TRUE(created->wait_for(1));
        KazooClient moved(std::move(client));
        other().delete_("/a");
        ASSERT_TRUE(created->wait_for(2)) << "it follows the client";
    }
    EXPECT_FALSE(node->present());
    EXPECT_EQ(
        error_of(node->wait_for_initial_create_async()).code(), ClientErrc::connection_closed
    );
    EXPECT_TRUE(succeeds(node->close_async()));
    node.reset();
}

TEST_P(PersistentNodeTest, MayBeDestroyedByItsFunctions) {
    auto owner = std::make_shared<std::optional<PersistentNode>>();
    std::weak_ptr<std::optional<PersistentNode>> weak = owner;
    const auto destroyed = std::make_shared<Recorder<int>>();
    const auto held = server.inject(on_own(Fault::hold(), Request::exists));
    owner->emplace(
        zk(), "/a", "", PersistentNodeOptions().on_created([weak, destroyed](const std::string&) {
            if (const auto self = weak.lock()) self->reset();
            destroyed->add(1);
        })
    );
    server.remove(held);
    EXPECT_TRUE(destroyed->wait_for(1));
    EXPECT_TRUE(disappears("/a"));
}

TEST_P(PersistentNodeTest, RefusesBadArguments) {
    EXPECT_THROW(PersistentNode(zk(), "/"), BadArgumentsError);
    EXPECT_THROW(PersistentNode(zk(), "/a/./b"), BadArgumentsError);
    const char* const null = nullptr;
    EXPECT_THROW(PersistentNode(zk(), "/a", null), BadArgumentsError);
    for (const auto& create :
         {CreateOptions().ttl(1s),
          CreateOptions().container().ephemeral(),
          CreateOptions().container().sequence()}) {
        EXPECT_THROW(
            PersistentNode(zk(), "/a", "", PersistentNodeOptions().create(create)),
            BadArgumentsError
        );
    }
}

KAZOO_ON_EACH_HANDLER(PersistentNodeTest);

}  // namespace
}  // namespace kazoo::recipe_tests
