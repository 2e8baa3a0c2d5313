// SPDX-License-Identifier: Apache-2.0
// Operations have the same effect in their blocking and in their asynchronous form.
#include "behaviour/suites.hpp"

namespace kazoo::behaviour {
namespace {

std::string digits(const std::string& path) {
    return path.substr(path.size() - 10);
}

}  // namespace

TEST_P(Operations, ReadsReturnTheSameInBothForms) {
    zk().create("/a", "data");
    zk().create("/a/b");
    EXPECT_EQ(zk().exists("/a"), zk().exists_async("/a").get());
    EXPECT_EQ(zk().exists("/x"), zk().exists_async("/x").get());
    EXPECT_EQ(zk().get("/a"), zk().get_async("/a").get());
    EXPECT_EQ(zk().get_children("/a"), zk().get_children_async("/a").get());
    EXPECT_EQ(zk().get_children_with_stat("/a"), zk().get_children_with_stat_async("/a").get());
    EXPECT_EQ(zk().get_acls("/a"), zk().get_acls_async("/a").get());
    EXPECT_EQ(zk().sync("/a"), zk().sync_async("/a").get());
    EXPECT_EQ(zk().command("ruok"), zk().command_async("ruok").get());
    EXPECT_EQ(zk().server_version(), zk().server_version_async().get());
}

TEST_P(Operations, WritesDoTheSameInBothForms) {
    EXPECT_EQ(zk().create("/blocking"), "/blocking");
    EXPECT_EQ(zk().create_async("/async").get(), "/async");
    const auto with_stat = zk().create_with_stat("/blocking/b", "12345");
    const auto with_stat_async = zk().create_with_stat_async("/async/b", "12345").get();
    EXPECT_EQ(with_stat.stat.data_length, with_stat_async.stat.data_length);
    EXPECT_EQ(zk().ensure_path("/blocking/c/d"), zk().ensure_path_async("/async/c/d").get());
    EXPECT_EQ(zk().ensure_path("/blocking/c/d"), zk().ensure_path_async("/async/c/d").get());
    const auto set_async = zk().set_async("/async", "x", 0).get();
    EXPECT_EQ(zk().set("/blocking", "x", 0).version, set_async.version);
    EXPECT_EQ(
        zk().set_acls("/blocking", open_acl_unsafe(), 0).aversion,
        zk().set_acls_async("/async", open_acl_unsafe(), 0).get().aversion
    );
    zk().add_auth("digest", "a:b");
    zk().add_auth_async("digest", "c:d").get();
    zk().set_acls_async("/async/b", open_acl_unsafe()).get();
    zk().delete_("/async/c/d", 0);
    zk().delete_async("/blocking/c/d", 0).get();
    zk().delete_recursive("/blocking/c");
    zk().delete_recursive_async("/async/c").get();
    EXPECT_FALSE(zk().exists("/blocking/c"));
    EXPECT_FALSE(zk().exists("/async/c"));
}

TEST_P(Operations, FailuresAreTheSameInBothForms) {
    const auto expect_same = [](const auto& call, const auto& result) {
        EXPECT_EQ(thrown<KazooException>(call), failure_of(result));
    };
    auto& c = zk();
    c.create("/a");
    c.create("/a/b");
    const AclList no_acl;
    const auto wrong = CreateOptions().acl(no_acl);
    expect_same([&] { c.create("/a"); }, c.create_async("/a"));
    expect_same([&] { c.create("/e", "", wrong); }, c.create_async("/e", "", wrong));
    expect_same([&] { c.exists("//.."); }, c.exists_async("//.."));
    expect_same([&] { c.get("/x"); }, c.get_async("/x"));
    expect_same([&] { c.get_children("/x"); }, c.get_children_async("/x"));
    expect_same([&] { c.set("/a", "", 9); }, c.set_async("/a", "", 9));
    expect_same([&] { c.delete_("/a"); }, c.delete_async("/a"));
    expect_same([&] { c.delete_("/a/b", 9); }, c.delete_async("/a/b", 9));
    expect_same([&] { c.get_acls("/x"); }, c.get_acls_async("/x"));
    expect_same([&] { c.set_acls("/a", no_acl); }, c.set_acls_async("/a", no_acl));
    expect_same([&] { c.command("toolong"); }, c.command_async("toolong"));
}

TEST_P(Operations, CreateAsyncCreatesEveryKindOfNode) {
    EXPECT_EQ(zk().create_async("/plain", "data").get(patience), "/plain");
    EXPECT_EQ(zk().get("/plain").data, "data");

    zk().create_async("/mine", "", CreateOptions().ephemeral()).get(patience);
    EXPECT_EQ(zk().exists("/mine")->owner_session_id(), zk().client_id()->session_id);

    const auto sequence = CreateOptions().sequence();
    const auto first = zk().create_async("/s-", "", sequence).get(patience);
    const auto second = zk().create_async("/s-", "", sequence).get(patience);
    EXPECT_EQ(first.substr(0, 3), "/s-");
    EXPECT_EQ(std::stoi(digits(second)), std::stoi(digits(first)) + 1);

    EXPECT_EQ(
        zk().create_async("/p/q/r", "deep", CreateOptions().makepath()).get(patience), "/p/q/r"
    );
    EXPECT_EQ(zk().get("/p/q/r").data, "deep");

    const auto created = zk().create_with_stat_async("/stat", "12345").get(patience);
    EXPECT_EQ(created.path, "/stat");
    EXPECT_EQ(created.stat, zk().exists("/stat"));

    const auto readable = CreateOptions().acl(read_acl_unsafe());
    zk().create_async("/readable", "", readable).get(patience);
    EXPECT_EQ(zk().get_acls("/readable").acls, read_acl_unsafe());
}

}  // namespace kazoo::behaviour
