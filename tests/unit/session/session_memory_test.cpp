// SPDX-License-Identifier: Apache-2.0
// Failed allocations: each allocation of a session fails once, in scripts that cover its whole
// lifecycle. SessionScript checks throughout and at the end that every request completes once,
// nothing is retained, states follow the table, and the session continues.
#include "support/allocations/allocations.hpp"
#include "support/session_script.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <sstream>
#include <string>

namespace kazoo::session {
namespace {

using codec::Opcode;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing_support::Exposed;
using testing_support::Interrupted;
using testing_support::Recovery;
using testing_support::script_config;
using testing_support::SessionScript;
using testing_support::Shortage;
using testing_support::Spared;
using namespace std::chrono_literals;

using Script = std::function<void(SessionScript&)>;

/// Returns true if the script reached the nth allocation.
bool run_with_shortage(
    const Script& script, const Config& config, long nth, long length, Recovery recovery
) {
    SessionScript s(config);
    std::optional<Exposed> exposed;
    s.when_exposed([&exposed](bool value) { value ? void(exposed.emplace()) : exposed.reset(); });
    bool met = false;
    {
        const Shortage shortage(nth, length);
        try {
            script(s);
        } catch (const Interrupted&) {
            EXPECT_TRUE(shortage.met());
        }
        met = shortage.met();
    }
    s.finish(recovery);
    return met;
}

void run_without_memory(const Script& script, const Config& config = script_config()) {
    const Spared test_itself;
    for (const long length : {1, 3}) {
        for (long nth = 1;; ++nth) {
            bool met = false;
            for (const auto recovery : {Recovery::resumed, Recovery::expired, Recovery::none}) {
                std::ostringstream what;
                what << "allocation " << nth << " of " << length << ", then " << recovery;
                SCOPED_TRACE(what.str());
                met = run_with_shortage(script, config, nth, length, recovery);
            }
            if (testing::Test::HasFailure()) {
                return;
            }
            if (!met) {
                EXPECT_GT(nth, 5) << "the script has hardly any allocations";
                break;
            }
        }
    }
}

TEST(SessionMemoryTest, Requests) {
    run_without_memory([](SessionScript& s) {
        s.start();
        for (const auto* name : {"r1", "r2", "r3", "r4", "r5"}) {
            s.ask(name, Opcode::set_data, {.deadline = s.now() + 5s});
        }
        s.cancel("r2");
        s.reconnect();
        s.cancel("r3");
        s.answer();
        s.ask("r7", Opcode::get_data, {.watcher = "w1"});
        s.answer();
        s.pass(5s);
        s.serve();
    });
}

TEST(SessionMemoryTest, Watches) {
    run_without_memory([](SessionScript& s) {
        s.establish();
        s.ask("r1", Opcode::get_data, {.path = "/d", .watcher = "w1"});
        s.ask("r2", Opcode::exists, {.path = "/e", .watcher = "w2"});
        s.ask(
            "r3", Opcode::add_watch, {.path = "/p", .watcher = "w3", .kind = WatchKind::persistent}
        );
        s.ask(
            "r4", Opcode::add_watch, {.path = "/p", .watcher = "w4", .kind = WatchKind::recursive}
        );
        s.ask("r5", Opcode::get_data, {.path = "/f", .watcher = "w5"});
        s.answer(0, 5);
        s.answer(-101, 5);
        s.answer(0, 6);
        s.answer(0, 6);
        s.answer(-101, 6);
        s.notify(3, "/p/a");
        s.closed();
        s.set("r6");
        s.reconnect();
        s.closed();
        s.reconnect();
        s.serve();
        s.notify(1, "/e");
        s.notify(3, "/p");
        s.notify(2, "/d");
    });
}

TEST(SessionMemoryTest, Credentials) {
    auto config = script_config();
    config.auth = {{"digest", "a:b"}};
    run_without_memory(
        [](SessionScript& s) {
            s.start();
            s.add_auth("one", "1");
            s.get("r1");
            s.reconnect();
            s.answer_auth();
            s.answer_auth();
            s.add_auth("two", "2");
            s.add_auth("three", "1");
            s.answer();
            s.answer_auth();
            s.closed();
            s.reconnect();
            s.answer_auth();
            s.answer_auth(-115);
        },
        config
    );
}

TEST(SessionMemoryTest, ASaslExchange) {
    auto config = script_config();
    config.sasl = true;
    run_without_memory(
        [](SessionScript& s) {
            const std::string text = "a text that is longer than a short string";
            s.start();
            s.get("r1");
            s.reconnect();
            s.sasl_step(SaslAnswer::Kind::token, text);
            s.sasl_reply(text);
            s.sasl_step(SaslAnswer::Kind::last_token, text);
            s.sasl_reply(std::nullopt);
            s.answer();
            s.closed();
            s.reconnect();
            s.sasl_step(SaslAnswer::Kind::not_ready, text);
            s.reconnect();
            s.sasl_step(SaslAnswer::Kind::token, text);
            s.sasl_reply(std::nullopt, -115);
        },
        config
    );
}

TEST(SessionMemoryTest, UnusableServersAndAReadOnlyOne) {
    auto config = script_config();
    config.hosts = {{"zk1.example.org-with-a-long-name", 2181}, {"zk2", 2181}};
    config.read_only = true;
    run_without_memory(
        [](SessionScript& s) {
            s.start();
            s.get("r1");
            s.unresolved();
            s.resolved({"10.0.0.1", "2001:db8:1234:5678:9abc:def0:1234:5678"});
            s.closed();
            s.connected();
            s.welcome({.version = 42});
            s.reconnect({.read_only = true});
            s.answer();
            s.pass(200ms);
            s.serve_for(1s);
            s.pass(7s);
        },
        config
    );
}

TEST(SessionMemoryTest, AnExpiredSessionAndAClose) {
    run_without_memory([](SessionScript& s) {
        s.establish();
        s.ask("r1", Opcode::get_children, {.watcher = "w1", .kind = WatchKind::child});
        s.answer(0, 9);
        s.set("r2");
        s.closed();
        s.reconnect({.timeout_ms = 0});
        s.reconnect();
        s.set("r4");
        s.close();
        s.serve();
    });
}

TEST(SessionMemoryTest, RepliesInPieces) {
    run_without_memory([](SessionScript& s) {
        s.deliver_in_pieces(1);
        s.establish();
        s.ask("r1", Opcode::get_data, {.watcher = "w1"});
        s.answer();
        s.notify(3, "/a/path/that/is/longer/than/a/short/string");
        s.notify(3, "/a");
    });
}

// A rejected request changes nothing: no xid is used twice, no entry remains.
TEST(SessionMemoryTest, ARejectedRequestLeavesNoTrace) {
    const Spared test_itself;
    for (long nth = 1;; ++nth) {
        SessionScript s;
        s.establish();
        s.get("before");
        RequestSpec call;
        call.op = Opcode::get_data;
        call.request = detail::make_ref<testing_support::Party>("r");
        call.watcher = detail::make_ref<testing_support::Party>("w");
        call.watch_path = "/a/path/that/is/longer/than/a/short/string";
        call.deadline = s.now() + 1s;
        const codec::RequestHeader body;
        bool failed = false;
        {
            const Shortage shortage(nth);
            const Exposed session_only;
            try {
                static_cast<void>(s.session().submit(call, body));
            } catch (const std::bad_alloc&) {
                failed = true;
            }
        }
        if (!failed) {
            EXPECT_GT(nth, 4);
            return;
        }
        EXPECT_TRUE(call.request->sole_owner());
        EXPECT_TRUE(call.watcher->sole_owner());
        EXPECT_EQ(s.session().requests(), 1U);
        s.answer();
        s.get("after");
        EXPECT_EQ(s.next_xid(), 2);
        s.answer();
        EXPECT_TRUE(s.open_requests().empty());
    }
}

TEST(SessionMemoryTest, CredentialsThatWereNotAcceptedAreNotSentLater) {
    const Spared test_itself;
    for (long nth = 1;; ++nth) {
        SessionScript s;
        s.establish();
        AuthData entry{"digest", "a user with a long name:and a password"};
        const Cookie owner = detail::make_ref<testing_support::Party>("auth");
        bool failed = false;
        {
            const Shortage shortage(nth);
            const Exposed session_only;
            try {
                static_cast<void>(s.session().add_auth(std::move(entry), owner));
            } catch (const std::bad_alloc&) {
                failed = true;
            }
        }
        if (!failed) {
            EXPECT_GT(nth, 2);
            return;
        }
        EXPECT_TRUE(owner->sole_owner());
        s.closed();
        s.take();
        s.reconnect();
        EXPECT_THAT(s.take(), Not(Contains(HasSubstr("> auth")))) << nth;
    }
}

TEST(SessionMemoryTest, TheMemoryOfABurstIsReturned) {
    EventQueue events;
    for (int i = 0; i < 100'000; ++i) {
        events.promise();
    }
    EXPECT_GE(events.capacity(), 100'000U);
    for (int i = 0; i < 100'000; ++i) {
        events.push_promised(ReplyEvent());
    }
    std::array<Event, 64> taken;
    while (events.take(taken) > 0) {
    }
    EXPECT_LT(events.capacity(), 5'000U);
}

TEST(SessionMemoryTest, LeavingTheSession) {
    run_without_memory([](SessionScript& s) {
        s.establish();
        s.ask("r1", Opcode::get_data, {.path = "/d", .watcher = "w1"});
        s.ask(
            "r2", Opcode::get_children, {.path = "/c", .watcher = "w2", .kind = WatchKind::child}
        );
        s.answer(0, 5);
        s.answer(0, 6);
        s.set("r3");
        s.detach();
        s.answer(0, 7);
    });
}

TEST(SessionMemoryTest, ServersThatAreBehind) {
    run_without_memory([](SessionScript& s) {
        s.establish();
        s.get("r1");
        s.answer(0, 9);
        s.closed();
        s.get("r2");
        for (int round = 0; round < 6; ++round) {
            s.reconnect_until_asked();
            s.closed();
            if (s.probing() == SessionScript::Network::connecting) {
                s.probe_answered("Zxid: 0x7");
            }
            s.pass(500ms);
        }
        s.reset_zxid();
    });
}

}  // namespace
}  // namespace kazoo::session
