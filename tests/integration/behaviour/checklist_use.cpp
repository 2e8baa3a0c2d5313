// Rows 27-31: the example of kazoo's page.
#include "behaviour/suites.hpp"
#include "support/child_process.hpp"
#include "support/shared_server.hpp"
#include "support/wait_until.hpp"

#include <gmock/gmock.h>
#include <sys/wait.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <type_traits>

namespace kazoo::behaviour {
namespace {

using Children = std::vector<std::string>;

/// Runs the program exit_in_callback. Returns its exit status, or a description of how it ended
/// instead.
std::string run_exit_in_callback(const HandlerKind& kind, const std::string& owner) {
    const auto log = std::filesystem::temp_directory_path() / unique_chroot().substr(1);
    const auto pid =
        spawn_child({KAZOO_EXIT_IN_CALLBACK, kind.name, owner, shared_server().hosts()}, log);
    int status = 0;
    const bool ended =
        wait_until([&] { return ::waitpid(pid, &status, WNOHANG) == pid; }, patience);
    if (!ended) {
        ::kill(pid, SIGKILL);
        ::waitpid(pid, &status, 0);
    }
    std::ifstream in(log);
    const std::string output{std::istreambuf_iterator<char>(in), {}};
    std::filesystem::remove(log);
    if (!ended) return "still there\n" + output;
    if (!WIFEXITED(status)) return "killed by " + std::to_string(WTERMSIG(status)) + "\n" + output;
    return std::to_string(WEXITSTATUS(status)) + output;
}

/// What is expected of it if its callback calls std::exit(7). Boost.Fiber does not support that in
/// a fiber.
::testing::Matcher<std::string> as_by_exit_7(const HandlerKind& kind) {
    if (kind.handler_name == "sequential_fiber_handler") {
        return ::testing::StartsWith("1kazoo error: std::exit was called in a fiber");
    }
    return ::testing::Eq("7");
}

}  // namespace

TEST_P(Checklist, Row27_EscapedErrorIsReportedAndHarmless) {
    auto& after = record<int>();
    zk().get_async("/absent").rawlink([](AsyncResult<NodeData> result) { result.get(); });
    zk().exists_async("/").rawlink([&](const auto&) { after.add(1); });
    EXPECT_TRUE(after.wait_for(1));
    EXPECT_TRUE(wait_for_log("completion lane threw get /absent"));
    EXPECT_TRUE(zk().connected());
}

TEST_P(Checklist, Row28_ExceptionsOfTheExampleHaveTheirNames) {
    static_assert(std::is_same_v<ConnectionLossException, ConnectionLoss>);
    static_assert(std::is_same_v<NoAuthException, NoAuthError>);
    static_assert(std::is_base_of_v<ZookeeperError, ConnectionLossException>);
    static_assert(std::is_base_of_v<ZookeeperError, NoAuthException>);
    static_assert(std::is_base_of_v<KazooException, ZookeeperError>);
    static_assert(std::is_base_of_v<std::exception, KazooException>);

    auto& caught = record<std::string>();
    const auto callback = [&](AsyncResult<Children> result) {
        try {
            caught.add(std::to_string(result.get().size()));
        } catch (const ConnectionLossException&) {
            caught.add("connection lost");
        } catch (const NoAuthException&) {
            caught.add("not allowed");
        }
    };
    auto& client = start_client(proxied());
    const AclList locked{make_digest_acl("a", "b", Permissions::all)};
    client.create("/locked", "", CreateOptions().acl(locked));
    client.get_children_async("/").rawlink(callback);
    client.get_children_async("/locked").rawlink(callback);
    ASSERT_TRUE(caught.wait_for(2));
    proxy().freeze();
    client.get_children_async("/").rawlink(callback);
    proxy().cut();
    ASSERT_TRUE(caught.wait_for(3));
    EXPECT_EQ(caught.all(), (std::vector<std::string>{"1", "not allowed", "connection lost"}));
}

TEST_P(Checklist, Row29_ExitInACallbackEndsTheProcess) {
    EXPECT_THAT(run_exit_in_callback(GetParam(), "local"), as_by_exit_7(GetParam()));
}

TEST_P(Checklist, Row29_ExitInACallbackEndsTheProcessOfAStaticClient) {
    EXPECT_THAT(run_exit_in_callback(GetParam(), "static"), as_by_exit_7(GetParam()));
}

TEST_P(Checklist, Row29_QuickExitInACallbackEndsTheProcess) {
    EXPECT_EQ(run_exit_in_callback(GetParam(), "quick"), "7");
}

TEST_P(Checklist, Row29_AStaticClientIsDestroyedAfterMain) {
    EXPECT_EQ(run_exit_in_callback(GetParam(), "main"), "7");
}

TEST_P(Checklist, Row30_BothStatementsReturnAtOnceWithoutReply) {
    auto& client = start_client(proxied());
    proxy().freeze();
    auto& called = record<int>();
    EXPECT_LT(
        time_of([&] {
            auto async_obj = client.get_children_async("/");
            async_obj.rawlink([&](const auto&) { called.add(1); });
        }),
        at_once
    );
    EXPECT_EQ(called.size(), 0U);
    proxy().restore();
    EXPECT_TRUE(called.wait_for(1));
}

TEST_P(Checklist, Row30_BothStatementsReturnAtOnceWhileDisconnected) {
    auto& called = record<std::error_code>();
    const auto both_statements = [&](KazooClient& client) {
        EXPECT_LT(
            time_of([&] {
                auto async_obj = client.get_children_async("/");
                async_obj.rawlink([&](auto result) { called.add(result.result().error()); });
            }),
            at_once
        );
    };
    auto& client = start_client(proxied());
    proxy().cut();
    ASSERT_TRUE(wait_until([&] { return !client.connected(); }, patience));
    both_statements(client);
    proxy().restore();
    ASSERT_TRUE(called.wait_for(1));
    client.stop();
    both_statements(client);
    ASSERT_TRUE(called.wait_for(2));
    EXPECT_FALSE(called.all()[0]);
    EXPECT_EQ(called.all()[1], ClientErrc::connection_closed);
}

TEST_P(Checklist, Row31_TheValueIsAvailableWhenTheCallbackRuns) {
    zk().create("/a");
    zk().create("/b");
    auto& seen = record<std::size_t>();
    for (int i = 0; i < 50; ++i) {
        zk().get_children_async("/").rawlink([&](AsyncResult<Children> result) {
            seen.add(result.ready() && result.successful() ? result.value()->size() : 0);
        });
    }
    ASSERT_TRUE(seen.wait_for(50));
    EXPECT_EQ(seen.all(), std::vector<std::size_t>(50, 2));
}

}  // namespace kazoo::behaviour
