// SPDX-License-Identifier: Apache-2.0
// Complete scripts, and each script with every one of its steps failing in every way.
#include "support/session_script.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace kazoo::session {
namespace {

using codec::Opcode;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing_support::run_every_way;
using testing_support::script_config;
using testing_support::SessionScript;
using namespace std::chrono_literals;

TEST(SessionEveryStepTest, OneRequest) {
    run_every_way([](SessionScript& s) {
        s.start();
        s.get("r1");
        EXPECT_THAT(s.take(), ElementsAre("CONNECTING", "resolve zk1:2181"));
        s.resolved();
        EXPECT_THAT(s.take(), ElementsAre("connect 10.0.0.1:2181"));
        s.connected();
        EXPECT_THAT(s.take(), ElementsAre("> connect id=0 zxid=0"));
        s.welcome();
        EXPECT_THAT(s.take(), ElementsAre("CONNECTED", "> get_data 1 /a"));
        s.answer(0, 5);
        EXPECT_THAT(s.take(), ElementsAre("r1 ok"));
        EXPECT_THAT(s.take_logs(), IsEmpty());
    });
}

TEST(SessionEveryStepTest, ManyRequestsSomeCancelled) {
    run_every_way([](SessionScript& s) {
        s.start();
        for (const auto* name : {"r1", "r2", "r3", "r4", "r5", "r6"}) {
            EXPECT_FALSE(s.ask(name, Opcode::set_data, {.deadline = s.now() + 5s}));
        }
        EXPECT_TRUE(s.cancel("r2"));
        s.reconnect();
        EXPECT_TRUE(s.cancel("r3"));
        s.answer();
        EXPECT_FALSE(s.ask("r7", Opcode::get_data, {.watcher = "w1"}));
        s.answer();
        s.answer(-101);
        s.take();
        s.pass(5s);
        EXPECT_THAT(
            s.take(),
            ElementsAre("> ping", "r5 operation_timeout unknown", "r6 operation_timeout unknown")
        );
        s.answer();
        s.answer();
        s.pong();
        s.answer();
        EXPECT_THAT(s.take(), ElementsAre("r7 ok"));
        EXPECT_EQ(s.session().watches(), 1U);
    });
}

TEST(SessionEveryStepTest, WatchesOverALostConnection) {
    run_every_way([](SessionScript& s) {
        s.establish();
        EXPECT_FALSE(s.ask("r1", Opcode::get_data, {.path = "/d", .watcher = "w1"}));
        EXPECT_FALSE(s.ask("r2", Opcode::exists, {.path = "/e", .watcher = "w2"}));
        EXPECT_FALSE(s.ask(
            "r3", Opcode::add_watch, {.path = "/p", .watcher = "w3", .kind = WatchKind::persistent}
        ));
        s.answer(0, 5);
        s.answer(-101, 5);
        s.answer(0, 6);
        s.closed();
        s.set("r4");
        s.take();
        s.reconnect();
        EXPECT_THAT(
            s.take(),
            ElementsAre(
                "connect 10.0.0.1:2181",
                HasSubstr("zxid=6"),
                "CONNECTED",
                "gap",
                "> set_watches2 6 data[/d] exist[/e] child[] persistent[/p] recursive[]",
                "> set_data 4 /a"
            )
        );
        s.notify(1, "/e");
        s.restored();
        s.answer();
        s.notify(3, "/p");
        s.notify(3, "/p");
        EXPECT_THAT(
            s.take(),
            ElementsAre(
                "watch CREATED /e -> w2",
                "r4 ok",
                "watch CHANGED /p -> w3",
                "watch CHANGED /p -> w3"
            )
        );
    });
}

TEST(SessionEveryStepTest, CredentialsBeforeAndAfter) {
    auto config = script_config();
    config.auth = {{"digest", "a:b"}};
    run_every_way(
        [](SessionScript& s) {
            s.start();
            EXPECT_FALSE(s.add_auth("one", "1"));
            s.get("r1");
            s.reconnect();
            s.take();
            s.answer_auth();
            s.answer_auth();
            EXPECT_THAT(s.take(), ElementsAre("one ok", "CONNECTED", "> get_data 1 /a"));
            EXPECT_FALSE(s.add_auth("two", "2"));
            EXPECT_FALSE(s.add_auth("three", "1"));
            s.answer();
            s.answer_auth();
            s.closed();
            s.reconnect();
            s.answer_auth();
            s.answer_auth();
            s.answer_auth();
            EXPECT_THAT(s.take(), Contains("three ok"));
        },
        config
    );
}

TEST(SessionEveryStepTest, RefusedCredentials) {
    run_every_way([](SessionScript& s) {
        s.establish();
        EXPECT_FALSE(s.ask("r1", Opcode::get_data, {.watcher = "w1"}));
        s.answer();
        s.get("r2");
        EXPECT_FALSE(s.add_auth("one"));
        EXPECT_FALSE(s.add_auth("two"));
        s.answer_auth(-115);
        EXPECT_TRUE(s.session().finished());
    });
}

TEST(SessionEveryStepTest, AnExpiredSessionAndTheNext) {
    run_every_way([](SessionScript& s) {
        s.establish();
        EXPECT_FALSE(s.ask("r1", Opcode::get_children, {.watcher = "w1", .kind = WatchKind::child})
        );
        s.answer(0, 9);
        s.set("r2");
        s.closed();
        s.set("r3");
        s.reconnect({.id = 4711});
        EXPECT_EQ(s.session().state(), KeeperState::EXPIRED_SESSION);
        s.reconnect();
        s.set("r4");
        s.answer();
        EXPECT_EQ(s.session().last_zxid(), 0);
    });
}

TEST(SessionEveryStepTest, SeveralUnusableServers) {
    auto config = script_config();
    config.hosts = {{"zk1", 2181}, {"zk2", 2181}, {"zk3", 2181}};
    config.read_only = true;
    run_every_way(
        [](SessionScript& s) {
            s.start();
            s.get("r1");
            s.unresolved();
            s.resolved({"10.0.0.1", "10.0.0.2"});
            s.closed();
            s.connected();
            s.welcome({.timeout_ms = 0});
            s.resolved();
            s.connected();
            s.welcome({.version = 42});
            s.reconnect({.read_only = true});
            EXPECT_EQ(s.session().state(), KeeperState::CONNECTED_RO);
            s.answer();
            s.closed();
            s.reconnect();
            EXPECT_EQ(s.session().state(), KeeperState::CONNECTED);
        },
        config
    );
}

TEST(SessionEveryStepTest, AClose) {
    run_every_way([](SessionScript& s) {
        s.establish();
        s.get("r1");
        s.set("r2");
        s.close();
        s.answer();
        s.answer();
        s.answer();
        EXPECT_TRUE(s.session().finished());
    });
}

TEST(SessionEveryStepTest, ALongIdleSession) {
    run_every_way([](SessionScript& s) {
        s.establish();
        EXPECT_FALSE(s.ask("r1", Opcode::get_data, {.watcher = "w1"}));
        s.answer();
        for (int i = 0; i < 6; ++i) {
            s.pass(3333ms);
            s.pong();
        }
        s.notify(3, "/a", 12);
        EXPECT_THAT(s.take(), Contains("watch CHANGED /a -> w1"));
    });
}

TEST(SessionEveryStepTest, LimitedAttempts) {
    auto config = script_config();
    config.connection_retry.max_tries(3);
    run_every_way(
        [](SessionScript& s) {
            s.start();
            s.get("r1");
            s.unresolved();
            s.pass(s.until_deadline());
            s.resolved();
            s.closed();
            s.reconnect();
            s.answer();
            EXPECT_EQ(s.session().state(), KeeperState::CONNECTED);
        },
        config
    );
}

TEST(SessionEveryStepTest, ASessionThatIsLeft) {
    run_every_way([](SessionScript& s) {
        s.establish();
        EXPECT_FALSE(s.ask("r1", Opcode::get_data, {.watcher = "w1"}));
        s.answer(0, 5);
        s.set("r2");
        s.take();
        s.detach();
        s.answer(0, 6);
        EXPECT_THAT(
            s.take(), ElementsAre("r2 ok", "CLOSED", "watch NONE CLOSED -> w1", "disconnect")
        );
        ASSERT_TRUE(s.session().handover());
        EXPECT_EQ(s.session().handover()->last_zxid, 6);
    });
}

}  // namespace
}  // namespace kazoo::session
