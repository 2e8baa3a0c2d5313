// Rows 32-38: the operations in both forms. See operations.cpp for the details of each.
#include "behaviour/suites.hpp"

#include <algorithm>
#include <functional>
#include <type_traits>

namespace kazoo::behaviour {
namespace {

/// The error that `call` throws.
Error error_of(const std::function<void()>& call) {
    try {
        call();
    } catch (const KazooException& thrown) {
        return thrown.error();
    }
    return {};
}

std::string digits(const std::string& path) {
    return path.substr(path.size() - 10);
}

}  // namespace

TEST_P(Checklist, Row32_ReadsReturnTheSameInBothForms) {
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

TEST_P(Checklist, Row32_WritesDoTheSameInBothForms) {
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

TEST_P(Checklist, Row32_FailuresAreTheSameInBothForms) {
    auto& c = zk();
    c.create("/a");
    c.create("/a/b");
    const AclList no_acl;
    const auto no_acl_create = CreateOptions().acl(no_acl);
    EXPECT_EQ(error_of([&] { c.create("/a"); }), failure_of(c.create_async("/a")));
    EXPECT_EQ(
        error_of([&] { c.create("/e", "", no_acl_create); }),
        failure_of(c.create_async("/e", "", no_acl_create))
    );
    EXPECT_EQ(error_of([&] { c.exists("//.."); }), failure_of(c.exists_async("//..")));
    EXPECT_EQ(error_of([&] { c.get("/x"); }), failure_of(c.get_async("/x")));
    EXPECT_EQ(error_of([&] { c.get_children("/x"); }), failure_of(c.get_children_async("/x")));
    EXPECT_EQ(error_of([&] { c.set("/a", "", 9); }), failure_of(c.set_async("/a", "", 9)));
    EXPECT_EQ(error_of([&] { c.delete_("/a"); }), failure_of(c.delete_async("/a")));
    EXPECT_EQ(error_of([&] { c.get_acls("/x"); }), failure_of(c.get_acls_async("/x")));
    EXPECT_EQ(
        error_of([&] { c.set_acls("/a", no_acl); }), failure_of(c.set_acls_async("/a", no_acl))
    );
    EXPECT_EQ(error_of([&] { c.command("toolong"); }), failure_of(c.command_async("toolong")));
    EXPECT_EQ(error_of([&] { c.get("/x"); }).code(), Errc::no_node) << "they are failures at all";
}

TEST_P(Checklist, Row32_BlockingWorksWhereAProgramOfThisHandlerBlocks) {
    std::string data;
    kit().run_blocking([&] {
        zk().create("/a", "data");
        data = zk().get("/a").data;
    });
    EXPECT_EQ(data, "data");
}

TEST_P(Checklist, Row33_CreateAsyncCreatesEveryKindOfNode) {
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

TEST_P(Checklist, Row34_ReadsWatchAndReturnTheStat) {
    auto& exists_events = record<WatchedEvent>();
    auto& get_events = record<WatchedEvent>();
    auto& children_events = record<WatchedEvent>();
    EXPECT_FALSE(zk().exists_async("/a", recording(exists_events)).get(patience));
    zk().create("/a", "data");
    ASSERT_TRUE(exists_events.wait_for(1));
    EXPECT_EQ(exists_events.all()[0].type, EventType::CREATED);

    const auto node = zk().get_async("/a", recording(get_events)).get(patience);
    EXPECT_EQ(node.data, "data");
    EXPECT_EQ(node.stat, zk().exists_async("/a").get(patience));
    const auto none = zk().get_children_with_stat_async("/a", recording(children_events));
    EXPECT_EQ(none.get(patience).stat, node.stat);
    EXPECT_TRUE(none.get().children.empty());
    zk().create("/a/b");
    zk().set("/a", "new");
    ASSERT_TRUE(children_events.wait_for(1));
    EXPECT_EQ(children_events.all()[0].type, EventType::CHILD);
    ASSERT_TRUE(get_events.wait_for(1));
    EXPECT_EQ(get_events.all()[0].type, EventType::CHANGED);
    EXPECT_EQ(zk().get_children_async("/a").get(patience), std::vector<std::string>{"b"});
}

TEST_P(Checklist, Row35_SetAsyncTakesAVersion) {
    zk().create("/a");
    EXPECT_EQ(zk().set_async("/a", "1").get(patience).version, 1);
    EXPECT_EQ(zk().set_async("/a", "2", 1).get(patience).version, 2);
    EXPECT_EQ(failure_of(zk().set_async("/a", "3", 1)).code(), Errc::bad_version);
    EXPECT_EQ(zk().get("/a").data, "2");
}

TEST_P(Checklist, Row36_DeleteAsyncTakesAVersion) {
    zk().create("/a");
    zk().create("/b");
    EXPECT_EQ(failure_of(zk().delete_async("/a", 1)).code(), Errc::bad_version);
    zk().delete_async("/a", 0).get(patience);
    zk().delete_async("/b").get(patience);
    EXPECT_TRUE(zk().get_children("/").empty());
}

TEST_P(Checklist, Row37_EnsurePathHasAnAsyncForm) {
    EXPECT_TRUE(zk().ensure_path_async("/a/b/c").get(patience));
    EXPECT_TRUE(zk().exists("/a/b/c"));
    EXPECT_FALSE(zk().ensure_path_async("/a/b/c").get(patience)) << "nothing was left to create";
}

TEST_P(Checklist, Row38_PlainDeleteIsNotRecursive) {
    zk().ensure_path("/a/b/c");
    EXPECT_EQ(failure_of(zk().delete_async("/a")).code(), Errc::not_empty);
    EXPECT_TRUE(zk().exists("/a/b/c"));
}

TEST_P(Checklist, Row38_RecursiveDeleteHasAnAsyncForm) {
    zk().ensure_path("/a/b/c");
    zk().ensure_path("/a/d");
    zk().delete_recursive_async("/a").get(patience);
    EXPECT_FALSE(zk().exists("/a"));
    zk().delete_recursive_async("/a").get(patience);  // absent: no error
}

}  // namespace kazoo::behaviour
