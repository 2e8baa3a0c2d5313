// SPDX-License-Identifier: Apache-2.0
// Blocking calls in callbacks: they work if the handler has threads for them, and fail at once with
// would_deadlock if not.
#include "behaviour/suites.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>

#include <functional>
#include <thread>
#include <utility>

namespace kazoo::behaviour {
namespace {

using Call = std::pair<const char*, std::function<void(KazooClient&)>>;
using Outcomes = std::vector<std::pair<std::string, std::error_code>>;

/// All blocking members of a client, except those that stop it.
const std::vector<Call>& blocking_calls() {
    static const std::vector<Call> calls{
        {"create", [](KazooClient& c) { c.create("/new"); }},
        {"makepath", [](KazooClient& c) { c.create("/m/a", "", CreateOptions().makepath()); }},
        {"create_with_stat", [](KazooClient& c) { c.create_with_stat("/new2"); }},
        {"ensure_path", [](KazooClient& c) { c.ensure_path("/e/a/b"); }},
        {"exists", [](KazooClient& c) { c.exists("/a"); }},
        {"get", [](KazooClient& c) { c.get("/a"); }},
        {"get_children", [](KazooClient& c) { c.get_children("/a"); }},
        {"get_children_with_stat", [](KazooClient& c) { c.get_children_with_stat("/a"); }},
        {"set", [](KazooClient& c) { c.set("/a", "x"); }},
        {"get_acls", [](KazooClient& c) { c.get_acls("/a"); }},
        {"set_acls", [](KazooClient& c) { c.set_acls("/a", open_acl_unsafe()); }},
        {"sync", [](KazooClient& c) { c.sync("/a"); }},
        {"add_auth", [](KazooClient& c) { c.add_auth("digest", "a:b"); }},
        {"command", [](KazooClient& c) { c.command(); }},
        {"server_version", [](KazooClient& c) { c.server_version(); }},
        {"delete", [](KazooClient& c) { c.delete_("/a"); }},
        {"delete_recursive", [](KazooClient& c) { c.delete_recursive("/deep"); }},
        {"create protected", [](KazooClient& c) { c.create("/a", "", CreateOptions().protect()); }},
        {"delete_guaranteed", [](KazooClient& c) { c.delete_guaranteed("/a", 1); }},
        {"sleep", [](KazooClient& c) { c.handler()->sleep(1ms); }}};
    return calls;
}

/// Makes all blocking calls; returns the errors they throw. Where blocking is not allowed, waits
/// for a result that never completes, because waiting for a completed one is always allowed.
Outcomes try_all(KazooClient& client, bool allowed) {
    Outcomes outcomes;
    const auto attempt = [&](const char* name, const auto& call) {
        outcomes.emplace_back(name, code_of(call));
    };
    for (const auto& [name, call] : blocking_calls()) {
        attempt(name, [&call = call, &client] { call(client); });
    }
    const Promise<std::optional<ZnodeStat>> never(client.handler());
    const auto result = [&] { return allowed ? client.exists_async("/") : never.result(); };
    attempt("wait", [&] { result().wait(patience); });
    attempt("result", [&] { static_cast<void>(result().result()); });
    return outcomes;
}

void prepare(KazooClient& client) {
    client.create("/a", "data");
    client.ensure_path("/deep/er");
}

void expect_all(const Outcomes& outcomes, std::error_code code) {
    EXPECT_EQ(outcomes.size(), blocking_calls().size() + 2);
    for (const auto& [name, outcome] : outcomes) EXPECT_EQ(outcome, code) << name;
}

}  // namespace

TEST_P(Blocking, InResultCallbacks) {
    prepare(zk());
    auto& told = record<Outcomes>();
    zk().exists_async("/a").rawlink([&](const auto&) {
        told.add(try_all(zk(), callbacks_may_block()));
    });
    ASSERT_TRUE(told.wait_for(1));
    expect_all(
        told.all()[0], callbacks_may_block() ? std::error_code() : ClientErrc::would_deadlock
    );
}

TEST_P(Blocking, InWatchFunctions) {
    prepare(zk());
    auto& told = record<Outcomes>();
    zk().get("/a", Watcher([&](const WatchedEvent& event) {
                 if (event.type == EventType::CHANGED)
                     told.add(try_all(zk(), callbacks_may_block()));
             }));
    zk().set("/a", "changed");
    ASSERT_TRUE(told.wait_for(1));
    expect_all(
        told.all()[0], callbacks_may_block() ? std::error_code() : ClientErrc::would_deadlock
    );
}

TEST_P(Blocking, IsRefusedInListeners) {
    auto& told = record<Outcomes>();
    auto& client = make_client(options());
    client.add_listener([&](KazooState state) {
        if (state == KazooState::CONNECTED) told.add(try_all(client, false));
    });
    EXPECT_LT(time_of([&] { client.start(patience); }), at_once);
    ASSERT_TRUE(told.wait_for(1));
    expect_all(told.all()[0], ClientErrc::would_deadlock);
    EXPECT_TRUE(client.exists("/")) << "the connection is not harmed";
    EXPECT_FALSE(client.exists("/new")) << "what was refused happened";
}

TEST_P(Blocking, OfMultiStepOperationsInsideTheirOwnCallbacks) {
    auto& told = record<std::error_code>();
    auto& client = zk();
    // Each call blocks inside the callback of the previous one; it would hang if an internal step
    // needed the lane of user callbacks.
    client.ensure_path_async("/a/b").rawlink([&](const auto&) {
        told.add(code_of([&] {
            client.create("/c/d", "", CreateOptions().makepath());
            client.ensure_path("/c/d/e");
            client.sync("/c");
            client.delete_recursive("/c");
            const auto node = client.create_with_stat("/c", "", CreateOptions().protect());
            client.delete_guaranteed(node.path, node.stat.czxid);
        }));
    });
    ASSERT_TRUE(told.wait_for(1));
    EXPECT_EQ(
        told.all()[0], callbacks_may_block() ? std::error_code() : ClientErrc::would_deadlock
    );
}

TEST_P(Blocking, OnACompleteResultWorksEverywhere) {
    zk().create("/a", "data");
    auto& told = record<std::string>();
    const auto known = zk().get_async("/a");
    ASSERT_TRUE(known.wait(patience));
    auto& client = make_client(options());
    client.add_listener([&told, known](KazooState) { told.add(known.get().data); });
    client.start(patience);
    zk().exists_async("/").rawlink([&](const auto&) { told.add(known.get().data); });
    boost::asio::post(handler()->executor(), [&] { told.add(known.get().data); });
    ASSERT_TRUE(told.wait_for(3));
    EXPECT_EQ(told.all(), (std::vector<std::string>(3, "data")));
}

TEST_P(Blocking, LongerThanTheSessionTimeoutKeepsTheSession) {
    auto& done = record<int>();
    auto& client = make_client(options().timeout(1s));
    auto& states = record_states(client);
    client.start(patience);
    EXPECT_EQ(client.session_timeout(), 1s);
    const auto session = client.client_id()->session_id;
    const auto block = [&] {
        code_of([&] { client.handler()->sleep(1600ms); });  // fails at once on a loop
        done.add(1);
    };
    client.exists("/a", Watcher([&](const WatchedEvent& event) {
                      if (event.type == EventType::CREATED) block();
                  }));
    client.create_async("/a", "", CreateOptions().ephemeral()).rawlink([&](const auto&) {
        block();
    });
    ASSERT_TRUE(done.wait_for(2));
    EXPECT_EQ(client.client_id()->session_id, session);
    EXPECT_TRUE(client.exists("/a")) << "the session has lived on";
    EXPECT_EQ(states.all(), std::vector<KazooState>{KazooState::CONNECTED});
}

TEST_P(Blocking, FromManyThreads) {
    constexpr int threads = 8;
    constexpr int calls = 25;
    auto& client = zk();
    std::vector<std::thread> workers;
    auto& failures = record<std::string>();
    for (int t = 0; t < threads; ++t) {
        workers.emplace_back([&, t] {
            try {
                for (int i = 0; i < calls; ++i) {
                    const auto path = "/t" + std::to_string(t) + "-" + std::to_string(i);
                    client.create(path, path);
                    if (client.get(path).data != path) failures.add("wrong data " + path);
                }
            } catch (const std::exception& error) {
                failures.add(error.what());
            }
        });
    }
    for (auto& worker : workers) worker.join();
    EXPECT_EQ(failures.all(), std::vector<std::string>());
    EXPECT_EQ(client.get_children("/").size(), static_cast<std::size_t>(threads * calls));
}

TEST_P(Blocking, WorksWhereAProgramOfThisHandlerBlocks) {
    std::string data;
    kit().run_blocking([&] {
        zk().create("/a", "data");
        data = zk().get("/a").data;
    });
    EXPECT_EQ(data, "data");
}

}  // namespace kazoo::behaviour
