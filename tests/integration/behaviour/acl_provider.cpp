// SPDX-License-Identifier: Apache-2.0
// ACLs that ClientOptions::acl_provider chooses by path.
#include "behaviour/suites.hpp"

#include <kazoo/acl_provider.hpp>

#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace kazoo::behaviour {
namespace {

using Paths = std::vector<std::string>;

/// A list that shows for which path it was given, and which permits the tests to clean up.
AclList list_for(std::string_view path) {
    return {make_world_acl(Permissions::all), make_digest_acl(path, "", Permissions::read)};
}

/// A provider that keeps what it is asked. Paths that contain "default" get no list.
class Asked {
public:
    AclProvider provider() {
        return [seen = seen_](std::string_view path) {
            const std::lock_guard lock(seen->mutex);
            seen->paths.emplace_back(path);
            return path.find("default") == std::string_view::npos ? list_for(path) : AclList();
        };
    }
    /// Returns the paths since the last call.
    Paths take() {
        const std::lock_guard lock(seen_->mutex);
        return std::exchange(seen_->paths, {});
    }

private:
    struct Seen {
        std::mutex mutex;
        Paths paths;
    };
    std::shared_ptr<Seen> seen_ = std::make_shared<Seen>();
};

/// Returns the path for which the list of a node was given; empty if it is another list.
std::string given_for(KazooClient& client, const std::string& path) {
    for (const auto& acl : client.get_acls(path).acls) {
        if (acl.id.scheme == "digest") {
            return acl.id.id.substr(0, acl.id.id.find(':'));
        }
    }
    return "";
}

}  // namespace

TEST_P(Access, AProviderGivesTheListOfEachNode) {
    Asked asked;
    auto& client = start_client(options().acl_provider(asked.provider()));
    client.create("/a");
    client.create_with_stat("b//c/", "", CreateOptions().makepath());
    client.create_or_set("/d/e", "", CreateOptions().makepath());
    EXPECT_EQ(asked.take(), (Paths{"/a", "/b/c", "/b", "/", "/d/e", "/d", "/"}));
    for (const auto* path : {"/a", "/b", "/b/c", "/d", "/d/e"}) {
        EXPECT_EQ(given_for(client, path), path);
    }
    client.create_or_set("/a", "again");
    EXPECT_EQ(asked.take(), Paths{"/a"}) << "whether the node exists is not known";
    EXPECT_EQ(client.get_acls("/a").stat.aversion, 0);
}

TEST_P(Access, AProviderGivesTheListsOfEnsurePath) {
    Asked asked;
    auto& client = start_client(options().acl_provider(asked.provider()));
    client.ensure_path("/a/b/c");
    EXPECT_EQ(asked.take(), (Paths{"/a/b/c", "/a/b", "/a", "/"}));
    for (const auto* path : {"/a", "/a/b", "/a/b/c"}) {
        EXPECT_EQ(given_for(client, path), path);
    }
}

TEST_P(Access, AProviderIsAskedForTheNodeOfTheChrootAndNothingAboveIt) {
    Asked asked;
    const auto servers = options().hosts();
    auto& client = start_client(options().hosts(servers + "/x/y").acl_provider(asked.provider()));
    client.create("/n", "", CreateOptions().makepath());
    EXPECT_EQ(asked.take(), (Paths{"/n", "/"}));
    EXPECT_EQ(given_for(zk(), "/x/y/n"), "/n");
    EXPECT_EQ(given_for(zk(), "/x/y"), "/");
    EXPECT_EQ(given_for(zk(), "/x"), "");
}

TEST_P(Access, AProviderSeesNoNumbersAndPrefixes) {
    Asked asked;
    auto& client = start_client(options().acl_provider(asked.provider()));
    const auto numbered = client.create("/q/item-", "", CreateOptions().sequence().makepath());
    const auto digits = client.create("/q/", "", CreateOptions().sequence().makepath());
    const auto guarded = client.create("/q/one", "", CreateOptions().protect());
    EXPECT_EQ(asked.take(), (Paths{"/q/item-", "/q", "/", "/q/", "/q", "/", "/q/one"}));
    EXPECT_EQ(given_for(client, numbered), "/q/item-");
    EXPECT_EQ(given_for(client, digits), "/q/");
    EXPECT_EQ(given_for(client, guarded), "/q/one");
    EXPECT_EQ(given_for(client, "/q"), "/q");
}

TEST_P(Access, ListsOfTheCallAreNotAskedFor) {
    Asked asked;
    auto& client = start_client(options().acl_provider(asked.provider()));
    const auto own = CreateOptions().acl(open_acl_unsafe());
    client.create("/a/b", "", CreateOptions(own).makepath());
    client.ensure_path("/c", open_acl_unsafe());
    client.create_or_set("/d", "", own);
    client.transaction().create("/e", "", own).commit();
    EXPECT_EQ(asked.take(), Paths());
    EXPECT_EQ(client.get_acls("/a").acls, open_acl_unsafe());
}

TEST_P(Access, AnEmptyListOfAProviderMeansTheDefault) {
    Asked asked;
    const AclList usual{make_world_acl(Permissions::all), make_ip_acl("10.0.0.0/8", 1)};
    auto& client = start_client(options().default_acl(usual).acl_provider(asked.provider()));
    client.create("/default/x", "", CreateOptions().makepath());
    client.transaction().create("/default/y").commit();
    for (const auto* path : {"/default", "/default/x", "/default/y"}) {
        EXPECT_EQ(client.get_acls(path).acls, usual) << path;
    }
    auto& open = start_client(options().acl_provider(asked.provider()));
    open.create("/default2");
    EXPECT_EQ(open.get_acls("/default2").acls, open_acl_unsafe());
}

TEST_P(Access, AProviderGivesTheListsOfATransaction) {
    Asked asked;
    auto& client = start_client(options().acl_provider(asked.provider()));
    client.create("/ids");
    client.create("/old");
    asked.take();
    auto transaction = client.transaction();
    transaction.create("/a").create("/a/b").delete_("/old").protect("/ids", "first");
    transaction.commit();
    EXPECT_EQ(asked.take(), (Paths{"/a", "/a/b", "/ids/first"}));
    for (const auto* path : {"/a", "/a/b", "/ids/first"}) {
        EXPECT_EQ(given_for(client, path), path);
    }
    EXPECT_TRUE(transaction.applied());
    EXPECT_EQ(transaction.commit().size(), 3U) << "recognises its marker";
}

TEST_P(Access, AProviderIsCalledByTheThreadOfTheCaller) {
    std::thread::id called;
    auto& client = start_client(options().acl_provider([&called](std::string_view) {
        called = std::this_thread::get_id();
        return AclList();
    }));
    client.create("/a/b/c", "", CreateOptions().makepath());
    EXPECT_EQ(called, std::this_thread::get_id());
    client.transaction().create("/d").commit();
    EXPECT_EQ(called, std::this_thread::get_id());
}

TEST_P(Access, AProviderThatThrowsFailsTheOperation) {
    auto& client = start_client(options().acl_provider([](std::string_view path) -> AclList {
        if (path == "/memory") throw std::bad_alloc();
        if (path == "/own") throw BadArgumentsError(Error(Errc::bad_arguments).detail("no list"));
        if (path == "/bad") throw std::runtime_error("no idea");
        return {};
    }));
    const auto expect_failure = [](const Error& failure, const char* operation) {
        EXPECT_EQ(failure.code(), ClientErrc::foreign_exception);
        EXPECT_EQ(failure.outcome(), Outcome::not_sent);
        EXPECT_STREQ(failure.operation(), operation);
        EXPECT_EQ(failure.path(), "/bad/n");
        EXPECT_EQ(failure.detail(), "ClientOptions::acl_provider failed for '/bad': no idea");
    };
    const auto makepath = CreateOptions().makepath();
    expect_failure(failure_of(client.create_async("/bad/n", "", makepath)), "create");
    expect_failure(failure_of(client.create_with_stat_async("/bad/n", "", makepath)), "create");
    expect_failure(failure_of(client.ensure_path_async("/bad/n")), "ensure_path");
    expect_failure(failure_of(client.create_or_set_async("/bad/n", "", makepath)), "create_or_set");
    EXPECT_FALSE(zk().exists("/bad"));

    const auto own = failure_of(client.create_async("/own"));
    EXPECT_EQ(own.code(), Errc::bad_arguments);
    EXPECT_EQ(own.outcome(), Outcome::not_sent);
    EXPECT_EQ(own.detail(), "ClientOptions::acl_provider failed for '/own': no list");
    EXPECT_EQ(failure_of(client.create_async("/memory")).code(), ClientErrc::out_of_memory);
    EXPECT_EQ(client.create("/good"), "/good");
}

TEST_P(Access, AProviderMustNotWait) {
    KazooClient* waited_for = nullptr;
    auto& client = start_client(options().acl_provider([&waited_for](std::string_view) {
        waited_for->get("/");
        return AclList();
    }));
    waited_for = &client;
    const auto failure = failure_of(client.create_async("/a"));
    EXPECT_EQ(failure.code(), ClientErrc::would_deadlock);
    EXPECT_NE(failure.detail().find("an ACL provider must not block"), std::string::npos)
        << failure.message();
    EXPECT_EQ(failure.outcome(), Outcome::not_sent);
}

TEST_P(Access, AProviderThatThrowsFailsTheTransaction) {
    auto& client = start_client(options().acl_provider([](std::string_view path) -> AclList {
        if (path == "/memory") throw std::bad_alloc();
        if (path == "/bad") throw 7;
        return {};
    }));
    const auto failed = failure_of(client.transaction().create("/a").create("/bad").commit_async());
    EXPECT_EQ(failed.outcome(), Outcome::not_sent);
    ASSERT_NE(failed.transaction(), nullptr);
    EXPECT_EQ(failed.transaction()->index(), 1U);
    EXPECT_EQ(failed.transaction()->path(), "/bad");
    EXPECT_EQ(failed.transaction()->reason().code(), ClientErrc::foreign_exception);
    EXPECT_FALSE(zk().exists("/a"));
    const auto memory = failure_of(client.transaction().create("/memory").commit_async());
    EXPECT_EQ(memory.code(), ClientErrc::out_of_memory);
    EXPECT_EQ(memory.outcome(), Outcome::not_sent);
}

TEST_P(Access, AProviderIsNotAskedAboutInvalidPaths) {
    Asked asked;
    auto& client = start_client(options().acl_provider(asked.provider()));
    EXPECT_THROW(client.create("/a/../b"), BadArgumentsError);
    EXPECT_THROW(client.ensure_path("/a/./b"), BadArgumentsError);
    EXPECT_THROW(client.transaction().create("/a/../b").commit(), TransactionFailedError);
    const char* null = nullptr;
    EXPECT_THROW(client.create(null), BadArgumentsError);
    EXPECT_EQ(asked.take(), Paths());
}

}  // namespace kazoo::behaviour
