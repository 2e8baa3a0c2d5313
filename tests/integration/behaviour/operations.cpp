// SPDX-License-Identifier: Apache-2.0
// The effects of each operation on nodes.
#include "behaviour/suites.hpp"

#include <algorithm>
#include <cstddef>
#include <set>
#include <span>

namespace kazoo::behaviour {
namespace {

bool is_ten_digits(std::string_view text) {
    return text.size() == 10 &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

TEST_P(Operations, DataIsBytesOrNull) {
    zk().create("/empty", "");
    zk().create("/default");
    zk().create("/null", std::nullopt);
    const std::string bytes("\0\xff\n", 3);
    zk().create("/bytes", bytes);
    zk().create("/span", std::as_bytes(std::span(bytes.data(), bytes.size())));
    EXPECT_EQ(zk().get("/empty").data, "");
    EXPECT_FALSE(zk().get("/empty").null_data);
    EXPECT_FALSE(zk().get("/default").null_data);
    EXPECT_TRUE(zk().get("/null").null_data);
    EXPECT_EQ(zk().get("/null").data, "");
    EXPECT_EQ(zk().get("/bytes").data, bytes);
    EXPECT_EQ(zk().get("/span").data, bytes);
    zk().set("/empty", std::nullopt);
    zk().set("/null", "");
    EXPECT_TRUE(zk().get("/empty").null_data);
    EXPECT_FALSE(zk().get("/null").null_data);
    const auto [data, stat] = zk().get("/bytes");
    EXPECT_EQ(data, bytes);
    EXPECT_EQ(stat.data_length, 3);
}

TEST_P(Operations, PathsAreNormalised) {
    EXPECT_EQ(zk().create("a"), "/a") << "the leading slash may be missing";
    EXPECT_EQ(zk().create("//a///b/"), "/a/b");
    EXPECT_TRUE(zk().exists("a/b/"));
    EXPECT_EQ(zk().get_children("//a"), std::vector<std::string>{"b"});
    zk().create("/ünïcödé/", "x");
    EXPECT_EQ(zk().get("ünïcödé").data, "x");
}

TEST_P(Operations, MalformedPathsFailThroughTheResult) {
    for (const auto* path : {"/a/../b", "/a/./b", "/..", "/a\x01"}) {
        const auto failures = {
            failure_of(zk().create_async(path)),
            failure_of(zk().create_async(path, "", CreateOptions().makepath())),
            failure_of(zk().ensure_path_async(path)),
            failure_of(zk().exists_async(path)),
            failure_of(zk().get_async(path)),
            failure_of(zk().get_children_async(path)),
            failure_of(zk().set_async(path, "")),
            failure_of(zk().delete_async(path)),
            failure_of(zk().delete_recursive_async(path)),
            failure_of(zk().get_acls_async(path)),
            failure_of(zk().set_acls_async(path, open_acl_unsafe())),
            failure_of(zk().sync_async(path))};
        for (const auto& failure : failures) {
            EXPECT_EQ(failure.code(), Errc::bad_arguments) << failure;
            EXPECT_EQ(failure.outcome(), Outcome::not_sent) << failure;
        }
    }
    EXPECT_TRUE(zk().connected());
}

TEST_P(Operations, CreateFailsWithTheReason) {
    zk().create("/a");
    zk().create("/e", "", CreateOptions().ephemeral());
    EXPECT_THROW(zk().create("/a"), NodeExistsError);
    EXPECT_THROW(zk().create("/x/y"), NoNodeError);
    EXPECT_THROW(zk().create("/e/child"), NoChildrenForEphemeralsError);
    const AclList nobody;
    const AclList strangers{make_acl("no-such-scheme", "x", Permissions::all)};
    for (const auto& acl : {nobody, strangers}) {
        EXPECT_THROW(zk().create("/b", "", CreateOptions().acl(acl)), InvalidACLError);
    }
    EXPECT_FALSE(zk().exists("/b"));
}

TEST_P(Operations, EphemeralNodesAreDeletedWithTheirSession) {
    auto& other = start_client(options());
    other.create("/mine", "", CreateOptions().ephemeral());
    EXPECT_EQ(zk().exists("/mine")->ephemeral_owner, other.client_id()->session_id);
    EXPECT_FALSE(zk().exists("/")->owner_session_id());
    other.stop();
    EXPECT_FALSE(zk().exists("/mine"));
}

TEST_P(Operations, SequenceNodesGetGrowingDigits) {
    const auto sequence = CreateOptions().sequence();
    std::set<std::string> names;
    for (int i = 0; i < 12; ++i) {
        const auto path = zk().create("/job-", "", sequence);
        EXPECT_TRUE(is_ten_digits(std::string_view(path).substr(5))) << path;
        EXPECT_TRUE(names.empty() || *names.rbegin() < path);
        names.insert(path);
    }
    zk().create("/queue");
    const auto bare = zk().create("/queue/", "", sequence);
    EXPECT_EQ(bare.substr(0, 7), "/queue/");
    EXPECT_TRUE(is_ten_digits(std::string_view(bare).substr(7))) << bare;
    const auto both = zk().create("/job-", "", CreateOptions().sequence().ephemeral());
    EXPECT_GT(both, *names.rbegin());
    EXPECT_TRUE(zk().exists(both)->owner_session_id());
}

TEST_P(Operations, ContainersAndNodesWithATimeToLive) {
    const auto container = CreateOptions().container();
    const auto ttl = CreateOptions().ttl(1h);
    EXPECT_EQ(zk().create("/c", "data", container), "/c");
    EXPECT_EQ(zk().create("/t", "data", ttl), "/t");
    EXPECT_EQ(zk().get("/c").data, "data");
    EXPECT_EQ(zk().get("/t").data, "data");
    EXPECT_EQ(zk().create("/c/d/e", "", CreateOptions().container().makepath()), "/c/d/e");
    const auto numbered = zk().create("/t/n-", "", CreateOptions().ttl(1h).sequence());
    EXPECT_TRUE(is_ten_digits(std::string_view(numbered).substr(5))) << numbered;
    const auto created = zk().create_with_stat("/c/x", "123", container);
    EXPECT_EQ(created.path, "/c/x");
    EXPECT_EQ(created.stat.data_length, 3);
    EXPECT_EQ(zk().create_with_stat("/t/x", "1234", ttl).stat.data_length, 4);
    EXPECT_FALSE(zk().exists("/c")->owner_session_id());
    EXPECT_THROW(zk().create("/c", "", container), NodeExistsError);
    EXPECT_THROW(zk().create("/x", "", CreateOptions().ttl(1h).ephemeral()), BadArgumentsError);
    EXPECT_THROW(zk().create("/x", "", CreateOptions().ttl(0ms)), BadArgumentsError);
    EXPECT_FALSE(zk().exists("/x"));
}

TEST_P(Operations, MakepathCreatesTheParents) {
    const auto makepath = CreateOptions().makepath();
    EXPECT_EQ(zk().create("/a/b/c", "leaf", makepath), "/a/b/c");
    EXPECT_EQ(zk().get("/a/b").data, "");
    EXPECT_EQ(zk().get("/a/b/c").data, "leaf");
    EXPECT_THROW(zk().create("/a/b/c", "", makepath), NodeExistsError);
    EXPECT_EQ(zk().create("/a/d", "", makepath), "/a/d") << "existing parents are not an error";
    const auto all = CreateOptions().makepath().sequence().ephemeral();
    EXPECT_EQ(zk().create("/s/t/n-", "", all).substr(0, 7), "/s/t/n-");
    EXPECT_FALSE(zk().exists("/s/t")->owner_session_id()) << "parents are not ephemeral";
    const auto created = zk().create_with_stat("/w/x", "123", makepath);
    EXPECT_EQ(created.path, "/w/x");
    EXPECT_EQ(created.stat.data_length, 3);
    const AclList acl{make_acl("world", "anyone", Permissions::all & ~Permissions::write)};
    zk().create("/locked/sub", "", CreateOptions().makepath().acl(acl));
    EXPECT_EQ(zk().get_acls("/locked").acls, acl) << "with the same ACL";
}

TEST_P(Operations, EnsurePath) {
    EXPECT_TRUE(zk().ensure_path("/a/b/c"));
    EXPECT_FALSE(zk().ensure_path("/a/b/c"));
    EXPECT_FALSE(zk().ensure_path("/a"));
    EXPECT_FALSE(zk().ensure_path("/"));
    EXPECT_TRUE(zk().ensure_path("/a/x", read_acl_unsafe()));
    EXPECT_EQ(zk().get_acls("/a/x").acls, read_acl_unsafe());
    zk().create("/e", "", CreateOptions().ephemeral());
    EXPECT_THROW(zk().ensure_path("/e/below"), NoChildrenForEphemeralsError);
}

TEST_P(Operations, EnsurePathByManyAtOnce) {
    std::vector<AsyncResult<bool>> results;
    for (int i = 0; i < 20; ++i) results.push_back(zk().ensure_path_async("/a/b/c/d/e"));
    const auto created = std::count_if(results.begin(), results.end(), [](const auto& result) {
        return result.get(patience);
    });
    EXPECT_EQ(created, 1) << "one of them made it";
}

TEST_P(Operations, ExistsReturnsTheStatOrNothing) {
    const auto created = zk().create_with_stat("/a", "12345");
    const auto stat = zk().exists("/a");
    ASSERT_TRUE(stat);
    EXPECT_EQ(*stat, created.stat);
    EXPECT_EQ(stat->version, 0);
    EXPECT_EQ(stat->data_length, 5);
    EXPECT_EQ(stat->num_children, 0);
    EXPECT_GT(stat->czxid, 0);
    EXPECT_EQ(zk().exists("/absent"), std::nullopt);
}

TEST_P(Operations, GetChildren) {
    zk().ensure_path("/a/x");
    zk().ensure_path("/a/y/z");
    auto [children, stat] = zk().get_children_with_stat("/a");
    std::sort(children.begin(), children.end());
    EXPECT_EQ(children, (std::vector<std::string>{"x", "y"}));
    EXPECT_EQ(stat, zk().exists("/a"));
    EXPECT_EQ(stat.num_children, 2);
    EXPECT_TRUE(zk().get_children("/a/x").empty());
    EXPECT_THROW(zk().get_children("/absent"), NoNodeError);
}

TEST_P(Operations, SetComparesTheVersion) {
    zk().create("/a", "0");
    EXPECT_EQ(zk().set("/a", "1", 0).version, 1);
    EXPECT_THROW(zk().set("/a", "2", 0), BadVersionError);
    EXPECT_EQ(zk().set("/a", "2").version, 2) << "-1 matches every version";
    EXPECT_THROW(zk().set("/absent", ""), NoNodeError);
    EXPECT_EQ(zk().get("/a").data, "2");
}

TEST_P(Operations, DeleteComparesTheVersionAndRefusesChildren) {
    zk().ensure_path("/a/b");
    EXPECT_THROW(zk().delete_("/a/b", 5), BadVersionError);
    EXPECT_THROW(zk().delete_("/a"), NotEmptyError);
    zk().delete_("/a/b", 0);
    zk().delete_("/a");
    EXPECT_THROW(zk().delete_("/a"), NoNodeError);
}

TEST_P(Operations, DeleteRecursive) {
    for (const auto* path : {"/t/a/b/c", "/t/a/d", "/t/e"}) zk().ensure_path(path);
    zk().create("/t/e/mine", "", CreateOptions().ephemeral());
    zk().create("/tt");
    zk().delete_recursive("/t");
    EXPECT_EQ(zk().get_children("/"), std::vector<std::string>{"tt"});
    zk().delete_recursive("/t");
    zk().delete_recursive("/never/was");
}

TEST_P(Operations, SyncOfAnyPath) {
    EXPECT_EQ(zk().sync("/"), "/");
    EXPECT_EQ(zk().sync("/absent/at/all"), "/absent/at/all");
}

TEST_P(Operations, LargeDataFitsOrIsRefusedWithTheReason) {
    const std::string large(1'000'000, 'x');
    zk().create("/large", large);
    EXPECT_EQ(zk().get("/large").data, large);
    const std::string too_large(1'100'000, 'x');
    EXPECT_THROW(zk().create("/too-large", too_large), RequestTooLargeError);
    EXPECT_THROW(zk().set("/large", too_large), RequestTooLargeError);
    EXPECT_TRUE(zk().connected()) << "the connection is not dropped over it";
    EXPECT_EQ(zk().get("/large").data.size(), large.size());
}

TEST_P(Operations, CommandAsksTheServer) {
    EXPECT_EQ(zk().command(), "imok");
    EXPECT_NE(zk().command("srvr").find("Mode: standalone"), std::string::npos);
    EXPECT_EQ(failure_of(zk().command_async("no")).code(), Errc::bad_arguments);
    auto& stopped = make_client(options());
    EXPECT_EQ(failure_of(stopped.command_async()).code(), Errc::connection_loss);
}

TEST_P(Operations, ServerVersion) {
    const auto version = zk().server_version();
    ASSERT_GE(version.size(), 2U);
    EXPECT_EQ(version[0], 3);
    EXPECT_GE(version[1], 5);
}

TEST_P(Operations, ManyAtOnceAreServedInOrder) {
    constexpr int count = 2000;
    zk().create("/a", "0");
    std::vector<AsyncResult<ZnodeStat>> results;
    for (int i = 0; i < count; ++i) results.push_back(zk().set_async("/a", std::to_string(i), i));
    EXPECT_EQ(results.back().get(patience).version, count);
    for (const auto& result : results) EXPECT_TRUE(result.successful());
    EXPECT_EQ(zk().get("/a").data, std::to_string(count - 1));
}

}  // namespace kazoo::behaviour
