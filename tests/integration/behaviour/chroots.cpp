// SPDX-License-Identifier: Apache-2.0
// Chroots. All other tests use one as well; these test it explicitly.
#include "behaviour/suites.hpp"

namespace kazoo::behaviour {

TEST_P(Chroots, PathsAreTranslatedInBothDirections) {
    EXPECT_EQ(zk().chroot(), chroot());
    EXPECT_EQ(zk().create("/a", "data"), "/a");
    EXPECT_EQ(root_client().get(chroot() + "/a").data, "data");
    EXPECT_EQ(zk().create_with_stat("/b").path, "/b");
    EXPECT_EQ(zk().sync("/a"), "/a");
    EXPECT_EQ(zk().sync("/"), "/");
    EXPECT_EQ(zk().create("/", "", CreateOptions().sequence()).size(), 11U) << "/0000000002";
    EXPECT_EQ(zk().create("/m/n", "", CreateOptions().makepath()), "/m/n");
    EXPECT_TRUE(zk().ensure_path("/o/p"));
    EXPECT_TRUE(root_client().exists(chroot() + "/o/p"));
    EXPECT_TRUE(zk().exists("/"));
    EXPECT_FALSE(zk().exists(chroot()));
}

TEST_P(Chroots, ErrorsShowTheUsersPath) {
    const auto failure = failure_of(zk().get_async("/absent"));
    EXPECT_EQ(failure.path(), "/absent");
    EXPECT_EQ(failure.message().find(chroot()), std::string::npos) << failure;
}

TEST_P(Chroots, EventsShowTheUsersPath) {
    auto& told = record<WatchedEvent>();
    zk().exists("/a", recording(told));
    zk().get_children("/", recording(told));
    zk().create("/a");
    ASSERT_TRUE(told.wait_for(2));
    EXPECT_EQ(told.all()[0], WatchedEvent(EventType::CREATED, KeeperState::CONNECTED, "/a"));
    EXPECT_EQ(told.all()[1], WatchedEvent(EventType::CHILD, KeeperState::CONNECTED, "/"));
}

TEST_P(Chroots, ANeighbourWithTheSamePrefixIsNotInside) {
    // Python kazoo compares characters, not path components.
    root_client().create(chroot() + "-more");
    auto& inside = start_client(options());
    EXPECT_FALSE(inside.exists("-more"));
    EXPECT_EQ(inside.get_children("/"), std::vector<std::string>());
    root_client().delete_(chroot() + "-more");
}

TEST_P(Chroots, DataOfTheRootItself) {
    zk().set("/", "root");
    EXPECT_EQ(zk().get("/").data, "root");
    EXPECT_EQ(root_client().get(chroot()).data, "root");
}

TEST_P(Chroots, AMissingChrootIsCreatedLikeAnyParent) {
    const auto missing = options().hosts(shared_server().hosts() + chroot() + "/missing");
    auto& client = start_client(missing);
    EXPECT_FALSE(client.exists("/"));
    EXPECT_THROW(client.create("/a"), NoNodeError);
    EXPECT_TRUE(client.ensure_path("/")) << "kazoo's way to make it";
    EXPECT_FALSE(client.ensure_path("/"));
    EXPECT_EQ(client.create("/a"), "/a");
    client.delete_recursive("/");
    EXPECT_FALSE(client.exists("/"));
    EXPECT_TRUE(client.ensure_path("/b/c"));
    client.delete_recursive("/");
    EXPECT_EQ(client.create("/d/e", "", CreateOptions().makepath()), "/d/e");
    client.delete_recursive("/");
    EXPECT_EQ(client.create("/f", "", CreateOptions().makepath()), "/f");
}

TEST_P(Chroots, CannotChange) {
    const auto server = shared_server().hosts();
    EXPECT_THROW(zk().set_hosts(server + "/other"), ConfigurationError);
    zk().set_hosts(server + chroot());
    zk().set_hosts(server);
    EXPECT_EQ(zk().chroot(), chroot());
    EXPECT_EQ(zk().create("/a"), "/a");
}

}  // namespace kazoo::behaviour
