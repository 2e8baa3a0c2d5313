// SPDX-License-Identifier: Apache-2.0
// The operations that KazooClient inherits from NodeOperations, and reads with a consistency.
#include "behaviour/suites.hpp"

#include <algorithm>
#include <map>

namespace kazoo::behaviour {
namespace {

std::vector<std::string> sorted(std::vector<std::string> names) {
    std::sort(names.begin(), names.end());
    return names;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_P(MoreOperations, EphemeralsAreSelectedByPrefix) {
    zk().create("/a");
    const auto mine = CreateOptions().ephemeral();
    for (const auto* path : {"/a/m-1", "/a/m-2", "/a/n", "/ab"}) zk().create(path, "", mine);
    start_client(options()).create("/a/other", "", mine);
    EXPECT_EQ(sorted(zk().get_ephemerals()), (Names{"/a/m-1", "/a/m-2", "/a/n", "/ab"}));
    EXPECT_EQ(sorted(zk().get_ephemerals("/a/m-")), (Names{"/a/m-1", "/a/m-2"}));
    EXPECT_EQ(sorted(zk().get_ephemerals("/a/")), (Names{"/a/m-1", "/a/m-2", "/a/n"}));
    EXPECT_EQ(zk().get_ephemerals("/ab"), Names{"/ab"});
    EXPECT_EQ(zk().get_ephemerals("/none"), Names());
}

TEST_P(MoreOperations, DescendantsAreCounted) {
    for (const auto* path : {"/t/a/b", "/t/a/c", "/t/d"}) zk().ensure_path(path);
    EXPECT_EQ(zk().get_all_children_number("/t"), 4);
    EXPECT_EQ(zk().get_all_children_number("/t/d"), 0);
    EXPECT_EQ(zk().get_all_children_number("/"), 5) << "the root of the chroot";
    EXPECT_THROW(zk().get_all_children_number("/none"), NoNodeError);
}

TEST_P(MoreOperations, WhoAmIListsTheIdentities) {
    auto& client = start_client(options());
    client.add_auth("digest", "bob:password");
    std::map<std::string, std::string> users;
    for (const auto& [scheme, user] : client.who_am_i()) users[scheme] = user;
    EXPECT_EQ(users.at("ip"), "127.0.0.1");
    EXPECT_EQ(users.at("digest"), "bob") << "without the password";
    EXPECT_EQ(users.size(), 2U);
}

TEST_P(MoreOperations, TheConfigurationIsOutsideTheChroot) {
    auto& events = record<WatchedEvent>();
    const auto config = zk().get_config(recording(events));
    EXPECT_EQ(config, root_client().get("/zookeeper/config"));
    EXPECT_EQ(config.data, "") << "of a standalone server";
    EXPECT_EQ(zk().get_config(CallOptions().timeout(patience)), config);
}

TEST_P(MoreOperations, AStandaloneServerRefusesReconfig) {
    const auto disabled = failure_of(zk().reconfig_async("server.2=127.0.0.1:1:2;3", "", "", -1));
    EXPECT_TRUE(
        disabled.code() == Errc::reconfig_disabled || disabled.code() == Errc::unimplemented
    ) << disabled;
    EXPECT_STREQ(disabled.operation(), "reconfig");
    const auto ambiguous =
        thrown<BadArgumentsError>([&] { zk().reconfig("", "2", "server.1=127.0.0.1:1:2;3"); });
    EXPECT_EQ(ambiguous.outcome(), Outcome::not_sent);
}

TEST_P(MoreOperations, UnchrootRemovesWholeComponents) {
    EXPECT_EQ(zk().unchroot(chroot() + "/a"), "/a");
    EXPECT_EQ(zk().unchroot(chroot()), "/");
    EXPECT_EQ(zk().unchroot(chroot() + "-more"), chroot() + "-more");
    EXPECT_EQ(root_client().unchroot("/a"), "/a");
}

TEST_P(MoreOperations, CreateOrSet) {
    const auto first = zk().create_or_set("/a", "1");
    EXPECT_TRUE(first.created);
    EXPECT_EQ(first.stat, zk().exists("/a"));
    const auto second = zk().create_or_set("/a", "22", CreateOptions().ephemeral());
    EXPECT_FALSE(second.created);
    EXPECT_EQ(second.stat, zk().exists("/a"));
    EXPECT_EQ(second.stat.version, 1);
    EXPECT_FALSE(second.stat.owner_session_id()) << "the kind of an existing node stays";
    EXPECT_EQ(zk().get("/a").data, "22");
    EXPECT_THROW(zk().create_or_set("/p/q", ""), NoNodeError);
    EXPECT_TRUE(zk().create_or_set("/p/q", "x", CreateOptions().makepath()).created);
    const auto sequence = CreateOptions().sequence();
    EXPECT_EQ(failure_of(zk().create_or_set_async("/s", "", sequence)).code(), Errc::bad_arguments);
    EXPECT_FALSE(zk().retry(&KazooClient::create_or_set, zk(), "/a", "3").created);
}

TEST_P(MoreOperations, CreateOrSetByManyAtOnceCreatesOnce) {
    std::vector<AsyncResult<CreatedOrSet>> results;
    for (int i = 0; i < 20; ++i) results.push_back(zk().create_or_set_async("/a", "x"));
    const auto created = std::count_if(results.begin(), results.end(), [](const auto& result) {
        return result.get(patience).created;
    });
    EXPECT_EQ(created, 1);
    EXPECT_EQ(zk().exists("/a")->version, 19) << "the others set it";
}

TEST_P(MoreOperations, ProtectedNodesHaveNamesThatAreNotUsedTwice) {
    const auto member = CreateOptions().ephemeral().sequence().protect();
    const auto first = zk().create_with_stat("/n-", "x", member);
    EXPECT_EQ(first.path.substr(0, 4), "/_c_");
    EXPECT_EQ(first.path.substr(first.path.size() - 13, 3), "-n-") << first.path;
    EXPECT_EQ(first.stat, zk().exists(first.path));
    EXPECT_EQ(first.stat.owner_session_id(), zk().client_id()->session_id);
    EXPECT_NE(zk().create("/n-", "", member).substr(0, 40), first.path.substr(0, 40));
    const auto parents = CreateOptions().protect().makepath();
    const auto deep = zk().create("/p/q/n", "x", parents);
    EXPECT_EQ(zk().get_children("/p/q"), Names{deep.substr(5)});
    EXPECT_THROW(zk().create("/", "", CreateOptions().protect()), BadArgumentsError);
}

TEST_P(MoreOperations, GuaranteedDeletesAreBoundToTheNode) {
    const auto first = zk().create_with_stat("/a").stat.czxid;
    zk().set("/a", "any version");
    zk().delete_guaranteed("/a", first, CallOptions().timeout(patience));
    EXPECT_FALSE(zk().exists("/a"));
    const auto second = zk().create_with_stat("/a").stat.czxid;
    zk().delete_guaranteed("/a", first);
    EXPECT_EQ(zk().exists("/a")->czxid, second);
    zk().create("/a/b");
    EXPECT_THROW(zk().delete_guaranteed("/a", second), NotEmptyError);
}

TEST_P(MoreOperations, ChildrenWithTheirData) {
    constexpr int count = 1100;  // more than are read at a time
    zk().create("/p", "parent");
    std::vector<AsyncResult<std::string>> creations;
    for (int i = 0; i < count; ++i) {
        const auto name = std::to_string(i);
        creations.push_back(zk().create_async("/p/" + name, "data of " + name));
    }
    for (const auto& creation : creations) creation.get(patience);
    const auto children = zk().get_children_with_data("//p/");
    EXPECT_EQ(children.size(), std::size_t{count});
    std::map<std::string, std::string> data;
    for (const auto& [name, node] : children) {
        data[name] = node.data;
        EXPECT_EQ(node.stat.data_length, static_cast<std::int32_t>(node.data.size()));
    }
    EXPECT_EQ(data.size(), std::size_t{count});
    EXPECT_EQ(data.at("1099"), "data of 1099");
    EXPECT_TRUE(zk().get_children_with_data("/p/0").empty());
    EXPECT_THROW(zk().get_children_with_data("/none"), NoNodeError);
    zk().delete_recursive("/p");
}

TEST_P(MoreOperations, DeleteRecursiveOfAWideAndADeepTree) {
    std::vector<AsyncResult<bool>> creations;
    std::string deep = "/t";
    for (int i = 0; i < 40; ++i) {
        deep += "/d";
        creations.push_back(zk().ensure_path_async("/t/w" + std::to_string(i) + "/x/y"));
        creations.push_back(zk().ensure_path_async("/t/w" + std::to_string(i) + "/z"));
    }
    creations.push_back(zk().ensure_path_async(deep));
    for (const auto& creation : creations) creation.get(patience);
    zk().create("/tt");
    zk().delete_recursive("/t");
    EXPECT_EQ(zk().get_children("/"), Names{"tt"});
    zk().retry(&KazooClient::delete_recursive, zk(), "/tt");
    EXPECT_EQ(zk().get_children("/"), Names());
}

TEST_P(MoreOperations, ReadsOfTheLatestState) {
    zk().create("/a", "data");
    zk().create("/a/b");
    const auto latest = ReadOptions().consistency(Consistency::latest);
    EXPECT_EQ(zk().get("/a", latest), zk().get("/a"));
    EXPECT_EQ(zk().exists("/a", latest), zk().exists("/a"));
    EXPECT_EQ(zk().exists("/none", latest), std::nullopt);
    EXPECT_EQ(zk().get_children("/a", latest), Names{"b"});
    EXPECT_EQ(zk().get_children_with_stat("/a", latest), zk().get_children_with_stat("/a"));
    EXPECT_THROW(zk().get("/none", latest), NoNodeError);
    const auto malformed = failure_of(zk().get_async("/a/..", latest));
    EXPECT_EQ(malformed.code(), Errc::bad_arguments);
    EXPECT_STREQ(malformed.operation(), "get");
}

TEST_P(MoreOperations, AReadOfTheLatestStateSetsItsWatch) {
    zk().create("/a");
    auto& events = record<WatchedEvent>();
    zk().get("/a", recording(events), ReadOptions().consistency(Consistency::latest));
    zk().set("/a", "x");
    ASSERT_TRUE(events.wait_for(1));
    EXPECT_EQ(events.all()[0].type, EventType::CHANGED);
}

TEST_P(MoreOperations, ReadsOfAtLeastAZxid) {
    const auto written = root_client().create_with_stat(chroot() + "/a", "data");
    const auto recent = ReadOptions().at_least(written.stat.mzxid);
    EXPECT_EQ(zk().get("/a", recent).data, "data");
    EXPECT_TRUE(zk().exists("/a", recent));
    EXPECT_EQ(zk().get_children("/", recent), Names{"a"});
    const auto failure = failure_of(
        zk().get_async("/a", ReadOptions().at_least(written.stat.mzxid + (std::int64_t{1} << 40)))
    );
    EXPECT_EQ(failure.code(), ClientErrc::stale_read);
    EXPECT_EQ(failure.path(), "/a");
    EXPECT_STREQ(failure.operation(), "get");
}

TEST_P(MoreOperations, AreTheSameInBothForms) {
    zk().create("/p");
    zk().create("/p/c", "x", CreateOptions().ephemeral());
    EXPECT_EQ(zk().get_ephemerals(), zk().get_ephemerals_async().get(patience));
    EXPECT_EQ(
        zk().get_all_children_number("/p"), zk().get_all_children_number_async("/p").get(patience)
    );
    EXPECT_EQ(zk().who_am_i().size(), zk().who_am_i_async().get(patience).size());
    EXPECT_EQ(zk().get_config(), zk().get_config_async().get(patience));
    EXPECT_EQ(
        zk().get_children_with_data("/p"), zk().get_children_with_data_async("/p").get(patience)
    );
    const auto sequence = CreateOptions().sequence();
    EXPECT_EQ(
        thrown<KazooException>([&] { zk().create_or_set("/s", "", sequence); }),
        failure_of(zk().create_or_set_async("/s", "", sequence))
    );
    EXPECT_EQ(
        thrown<KazooException>([&] { zk().reconfig("", "1", ""); }).code(),
        failure_of(zk().reconfig_async("", "1", "")).code()
    );
}

}  // namespace kazoo::behaviour
