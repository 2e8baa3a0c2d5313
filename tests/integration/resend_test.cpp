// SPDX-License-Identifier: Apache-2.0
// What a client sends again after a lost connection: with scripted servers, which record it, and
// with connections that a proxy breaks.
#include "support/fake_server.hpp"
#include "support/fault_fixture.hpp"

#include <memory>
#include <string>
#include <vector>

namespace kazoo::testing_support {
namespace {

using codec::Opcode;

class Resending : public FaultTest {
protected:
    /// A server whose first connection reads this many requests and, once all_called is set, closes
    /// without a reply. Those after it note the names of the requests, and answer them.
    FakeServer::Script losing(int unanswered) {
        return [this, unanswered](FakeConnection& connection, int number) {
            connection.welcome();
            if (number == 0) {
                for (int i = 0; i < unanswered; ++i) {
                    static_cast<void>(connection.next_operation());
                }
                EXPECT_TRUE(all_called.wait(patience));
                return;
            }
            for (;;) {
                const auto request = connection.next_operation();
                served.add(std::string(codec::name(request.op)));
                connection.serve(request);
            }
        };
    }

    template <class T>
    void note(const AsyncResult<T>& result, const std::string& name) {
        tally.add(result);
        result.rawlink([name, to = completed](const AsyncResult<T>& r) {
            const auto outcome = r.result();
            to->add(
                name + (outcome ? " ok" : std::string(" ") + to_string(outcome.failure().outcome()))
            );
        });
    }

    Event all_called;
    Recorder<std::string> served;
    std::shared_ptr<Recorder<std::string>> completed = std::make_shared<Recorder<std::string>>();
    Tally tally;
};

TEST_P(Resending, MixedOperationsCompleteOnceAndInOrder) {
    FakeServer server(losing(5));
    StartedClient zk(options_for(server.hosts()));
    note(zk.get_async("/1"), "get 1");
    note(zk.set_async("/2", "x"), "set 2");
    note(zk.get_async("/3"), "get 3");
    note(zk.exists_async("/4"), "exists 4");
    note(zk.get_children_async("/5"), "children 5");
    all_called.set();
    ASSERT_TRUE(completed->wait_for(5));
    EXPECT_EQ(
        completed->all(),
        (std::vector<std::string>{
            "get 1 not applied", "set 2 unknown", "get 3 ok", "exists 4 ok", "children 5 ok"})
    );
    EXPECT_EQ(served.all(), (std::vector<std::string>{"get_data", "exists", "get_children"}));
    EXPECT_TRUE(tally.each_exactly_once());
    EXPECT_EQ(zk.metrics().requests_resent, 3U);
    EXPECT_EQ(zk.metrics().reconnects, 1U);
}

TEST_P(Resending, OptionsOfClientAndCallDecide) {
    for (const bool by_client : {true, false}) {
        FakeServer server(losing(2));
        auto options = options_for(server.hosts());
        CallOptions call;
        if (by_client) {
            options.resend(Resend::unsent);
        } else {
            call.resend(Resend::nothing);
        }
        StartedClient zk(std::move(options));
        const auto first = zk.get_async("/1", call);
        const auto second = zk.get_async("/2", CallOptions().resend(Resend::reads));
        all_called.set();
        EXPECT_EQ(failure_of(first).code(), Errc::connection_loss);
        EXPECT_EQ(failure_of(first).outcome(), Outcome::not_applied);
        EXPECT_EQ(second.get(patience).data, "good");
    }
}

TEST_P(Resending, AnIndependentWriteOutlivesTheLossOfAnEarlierOne) {
    FakeServer server(losing(1));
    ClientLimits limits;
    limits.in_flight_requests = 1;
    StartedClient zk(options_for(server.hosts()).limits(limits));
    note(zk.set_async("/1", "x"), "set 1");
    note(zk.set_async("/2", "x"), "set 2");
    note(zk.set_async("/3", "x", -1, CallOptions().resend(Resend::independent)), "set 3");
    all_called.set();
    ASSERT_TRUE(completed->wait_for(3));
    EXPECT_EQ(
        completed->all(), (std::vector<std::string>{"set 1 unknown", "set 2 not sent", "set 3 ok"})
    );
    EXPECT_EQ(served.all(), (std::vector<std::string>{"set_data"}));
}

TEST_P(Resending, AWatchOfAReadIsSetOnce) {
    FakeServer server([](FakeConnection& connection, int number) {
        connection.welcome();
        const auto read = connection.next_operation();
        EXPECT_EQ(codec::name(read.op), "get_data") << "not set_watches";
        if (number == 0) {
            return;
        }
        connection.serve(read);
        for (int i = 0; i < 2; ++i) {
            connection.send(frame(reply_header(codec::watch_xid), codec::WatcherEvent{3, 3, "/a"}));
        }
        connection.serve_all();
    });
    StartedClient zk(options_for(server.hosts()));
    Recorder<EventType> events;
    const auto read =
        zk.get_async("/a", [&](const WatchedEvent& event) { events.add(event.type); });
    EXPECT_EQ(read.get(patience).data, "good");
    ASSERT_TRUE(events.wait_for(1));
    EXPECT_TRUE(zk.exists("/a"));
    EXPECT_EQ(events.size(), 1U);
    zk.stop();
}

TEST_P(Resending, AReadBehindASyncIsSentAgainWithIt) {
    FakeServer server(losing(2));
    StartedClient zk(options_for(server.hosts()));
    const auto read = zk.get_async("/a", ReadOptions().consistency(Consistency::latest));
    all_called.set();
    EXPECT_EQ(read.get(patience).data, "good");
    EXPECT_EQ(served.all(), (std::vector<std::string>{"sync", "get_data"}));
}

TEST_P(Resending, ARequestThatEndsConnectionsIsGivenUp) {
    FakeServer server([](FakeConnection& connection, int) {
        connection.welcome();
        for (;;) {
            const auto request = connection.next_operation();
            if (request.op == Opcode::get_acl) {
                return;
            }
            connection.serve(request);
        }
    });
    StartedClient zk(options_for(server.hosts()));
    const auto failure = failure_of(zk.get_acls_async("/poison"));
    EXPECT_EQ(failure.code(), Errc::connection_loss);
    EXPECT_EQ(failure.outcome(), Outcome::not_applied);
    EXPECT_GE(server.connections(), 3);
    EXPECT_EQ(zk.metrics().requests_resent, 2U);
}

TEST_P(Resending, TimeLimitsCountWhileARequestWaitsToBeSentAgain) {
    StartedClient zk(through_proxy());
    StateLog states(zk);
    proxy().freeze();
    const auto read = zk.get_async("/", CallOptions().timeout(1s));
    const auto cancelled = zk.get_async("/");
    ASSERT_TRUE(wait_until([&] { return zk.metrics().requests_in_flight == 2; }, patience));
    proxy().cut();
    ASSERT_TRUE(states.wait_for(SUSPENDED));
    EXPECT_TRUE(cancelled.cancel());
    EXPECT_EQ(failure_of(cancelled).code(), ClientErrc::cancelled);
    EXPECT_EQ(failure_of(read).code(), Errc::operation_timeout);
    EXPECT_EQ(failure_of(read).outcome(), Outcome::not_applied);
}

// Requests that are queued because the transport is busy outlive the connection, too.
TEST_P(Resending, ManyOperationsOverBrokenConnectionsEndOnceAndInOrder) {
    StartedClient zk(through_proxy());
    zk.create("/n", "");
    const auto independent = CallOptions().resend(Resend::independent);
    std::size_t sets = 0;
    for (int round = 0; round < 10; ++round) {
        for (int i = 0; i < 200; ++i) {
            if (i % 50 == 49) {
                tally.add(zk.set_async("/n", std::string(1000, 'x'), -1, independent));
                ++sets;
            } else {
                tally.add(zk.get_async("/n"));
            }
        }
        proxy().cut();
        proxy().restore();
    }
    ASSERT_TRUE(tally.wait_complete());
    EXPECT_TRUE(tally.each_exactly_once());
    auto endings = tally.endings();
    const auto in_doubt = endings["connection_loss, unknown"];
    EXPECT_EQ(tally.issued(), endings["ok"] + in_doubt + endings["connection_loss, not applied"])
        << "nothing is lost that was not sent";
    const auto version = static_cast<std::size_t>(zk.exists("/n")->version);
    EXPECT_LE(version, sets);
    EXPECT_GE(version + in_doubt, sets) << "no write was lost without a word";
}

KAZOO_ON_OWN_HANDLERS(Resending);

}  // namespace
}  // namespace kazoo::testing_support
