// SPDX-License-Identifier: Apache-2.0
// Protected creates whose reply is lost, whose session ends, and that are given up.
#include "embedded_fixture.hpp"

#include <algorithm>
#include <regex>
#include <stop_token>
#include <string>
#include <vector>

namespace kazoo::embedded_tests {
namespace {

using Names = std::vector<std::string>;

const CreateOptions persistent = CreateOptions().protect();
const CreateOptions numbered = CreateOptions().protect().sequence();
const CreateOptions ephemeral = CreateOptions().protect().ephemeral();
const CreateOptions member = CreateOptions().protect().ephemeral().sequence();

class ProtectedCreate : public ::testing::Test {
protected:
    void SetUp() override {
        other.create("/p");
        session = zk.session();
    }
    void TearDown() override {
        server.clear_faults();
        EXPECT_TRUE(becomes_true([&] { return zk.connected(); }));
    }

    Names paths() {
        Names all = other.get_children("/p");
        for (auto& name : all) name = "/p/" + name;
        return all;
    }
    bool nothing_remains() {
        return becomes_true([&] { return other.get_children("/p").empty(); });
    }
    /// Begins a create whose request closes the connection, after it was applied or before. Until
    /// the faults are cleared, the client cannot connect again.
    AsyncResult<std::string> lose(const Fault& fault, const CreateOptions& options) {
        const StateLog states(zk);
        server.inject(Fault(fault).on(Request::create).session(session).once());
        server.handshakes(Handshake::refuse);
        auto result = zk.create_async("/p/n-", "x", options);
        EXPECT_TRUE(states.wait_for(SUSPENDED));
        return result;
    }

    Server server;
    StartedClient other{server.hosts()};
    StartedClient zk{server.hosts()};
    std::int64_t session = 0;
};

TEST_F(ProtectedCreate, NamesAreThoseOfCurator) {
    const std::string id =
        "_c_[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}-";
    const auto expect_name = [&](const std::string& path, const std::string& form) {
        EXPECT_TRUE(std::regex_match(path, std::regex("/p/" + id + form))) << path;
        EXPECT_TRUE(other.exists(path)) << path;
    };
    expect_name(zk.create("/p/n", "x", persistent), "n");
    expect_name(zk.create("/p/lock-", "", member), "lock-[0-9]{10}");
    expect_name(zk.create("/p/", "", member), "[0-9]{10}");
    EXPECT_NE(zk.create("/p/n", "", persistent), zk.create("/p/n", "", persistent));
    StartedClient in_chroot(server.hosts() + "/p");
    EXPECT_EQ(in_chroot.create("/n", "", persistent).substr(0, 4), "/_c_");
    EXPECT_EQ(in_chroot.create("/", "", numbered).substr(0, 4), "/_c_");
}

TEST_F(ProtectedCreate, FindsANodeWhoseReplyWasLost) {
    for (const auto& options :
         {persistent,
          numbered,
          ephemeral,
          member,
          CreateOptions().protect().container(),
          CreateOptions().protect().ttl(1h),
          CreateOptions().protect().ttl(1h).sequence()}) {
        server.inject(Fault::drop_after().on(Request::create).session(session).once());
        const auto path = zk.create("/p/n-", "x", options);
        EXPECT_EQ(paths(), Names{path}) << "created once";
        EXPECT_EQ(other.get(path).data, "x");
        other.delete_(path);
    }
}

TEST_F(ProtectedCreate, FindsANodeByTheUniqueNameThatItWasGiven) {
    const auto options = CreateOptions().ephemeral().sequence().protect_unique_name();
    zk.create("/p/other-", "", CreateOptions().ephemeral().sequence());
    const auto result = lose(Fault::drop_after(), options);
    server.clear_faults();
    EXPECT_EQ(result.get(10s), "/p/n-0000000001");
    EXPECT_EQ(paths().size(), 2);
    EXPECT_THROW(zk.create("/p/", "", options), BadArgumentsError);
}

TEST_F(ProtectedCreate, ReturnsTheStatOfTheNodeThatItFinds) {
    server.inject(Fault::drop_after().on(Request::create).session(session).once());
    const auto node = zk.create_with_stat("/p/n-", "x", member);
    EXPECT_EQ(node.stat, other.exists(node.path));
    EXPECT_EQ(node.stat.ephemeral_owner, session);
}

TEST_F(ProtectedCreate, CreatesANodeAgainThatWasNotCreated) {
    for (const auto& options : {persistent, numbered, ephemeral, member}) {
        server.inject(Fault::drop_before().on(Request::create).session(session).times(3));
        const auto path = zk.create("/p/n-", "x", options);
        EXPECT_EQ(paths(), Names{path});
        other.delete_(path);
    }
}

TEST_F(ProtectedCreate, RepeatsASearchThatFails) {
    server.inject(Fault::drop_after().on(Request::create).session(session).once());
    server.inject(Fault::drop_before().on(Request::sync).session(session).times(2));
    server.inject(Fault::drop_after().on(Request::get_children).session(session).once());
    server.inject(Fault::fail(Errc::throttled_op).on(Request::exists).session(session).once());
    const auto path = zk.create("/p/n-", "x", member);
    EXPECT_EQ(paths(), Names{path});
}

TEST_F(ProtectedCreate, CreatesParents) {
    server.inject(Fault::drop_after().on(Request::create).session(session).times(3));
    const auto path = zk.create("/p/q/r/n-", "x", CreateOptions(member).makepath());
    EXPECT_EQ(Names{path}, Names{"/p/q/r/" + other.get_children("/p/q/r").at(0)});
    EXPECT_EQ(other.get_children("/p/q/r").size(), 1U);
}

TEST_F(ProtectedCreate, OtherErrorsAreThoseOfCreate) {
    const auto missing = thrown<NoNodeError>([&] { zk.create("/none/n", "", member); });
    EXPECT_EQ(missing.path(), "/none/n") << "as the caller has written it";
    EXPECT_EQ(missing.outcome(), Outcome::not_applied);
    server.inject(Fault::drop_before().on(Request::create).session(session).once());
    server.inject(Fault::fail(Errc::no_auth).on(Request::create).session(session).once());
    const auto denied = thrown<NoAuthError>([&] { zk.create("/p/n", "", persistent); });
    EXPECT_EQ(denied.outcome(), Outcome::not_applied) << "the search has found nothing";
}

TEST_F(ProtectedCreate, IsRefusedWhereItCannotBeKept) {
    thrown<BadArgumentsError>([&] { zk.create("/", "", persistent); });
    thrown<BadArgumentsError>([&] { zk.create("/p/../n", "", persistent); });
    thrown<BadArgumentsError>([&] { zk.create_or_set("/p/n", "", persistent); });
    const auto part = thrown<TransactionFailedError>([&] {
        zk.transaction().create("/p/n", "", persistent).commit();
    });
    EXPECT_EQ(part.outcome(), Outcome::not_sent);
    thrown<BadArgumentsError>([&] {
        zk.create("/p/n", "", CreateOptions(persistent).container().sequence());
    });
    EXPECT_TRUE(paths().empty());
}

TEST_F(ProtectedCreate, AnEphemeralNodeEndsWithItsSession) {
    for (const auto& options : {ephemeral, member}) {
        session = zk.session();
        const auto result = lose(Fault::drop_after(), options);
        EXPECT_EQ(paths().size(), 1U);
        server.expire_session(session);
        server.clear_faults();
        const auto error = thrown<SessionExpiredError>([&] { result.get(patience); });
        EXPECT_EQ(error.outcome(), Outcome::unknown);
        EXPECT_EQ(error.path(), "/p/n-");
        ASSERT_TRUE(becomes_true([&] { return zk.connected(); }));
        EXPECT_TRUE(paths().empty());
    }
}

TEST_F(ProtectedCreate, ANodeOfASessionThatLivesOnIsDeleted) {
    server.inject(Fault::drop_after().on(Request::create).session(session).once());
    server.handshakes(Handshake::other_session, 1);  // as ClickHouse Keeper does
    thrown<SessionExpiredError>([&] { zk.create("/p/n-", "x", member); });
    const auto alive = server.sessions();
    ASSERT_EQ(std::count(alive.begin(), alive.end(), session), 1);
    EXPECT_TRUE(nothing_remains());
}

TEST_F(ProtectedCreate, AnotherNodeIsFoundInTheNextSession) {
    for (const auto& options : {persistent, numbered}) {
        session = zk.session();
        const auto result = lose(Fault::drop_after(), options);
        server.expire_session(session);
        server.clear_faults();
        const auto path = result.get(patience);
        EXPECT_EQ(paths(), Names{path});
        other.delete_(path);
    }
}

TEST_F(ProtectedCreate, AnotherNodeIsCreatedInTheNextSessionUnlessThereMightBeTwo) {
    const auto result = lose(Fault::drop_before(), persistent);
    server.expire_session(session);
    server.clear_faults();
    const auto path = result.get(patience);
    EXPECT_EQ(paths(), Names{path});
    other.delete_(path);
    ASSERT_TRUE(becomes_true([&] { return zk.connected(); }));
    session = zk.session();
    const auto refused = lose(Fault::drop_before(), numbered);
    server.expire_session(session);
    server.clear_faults();
    const auto error = thrown<SessionExpiredError>([&] { refused.get(patience); });
    EXPECT_EQ(error.outcome(), Outcome::unknown);
    EXPECT_TRUE(paths().empty());
}

TEST_F(ProtectedCreate, ANodeOfAnotherSessionIsNotTaken) {
    const auto result = lose(Fault::drop_after(), member);
    const auto own = paths().at(0);
    const auto copied_name = own.substr(0, own.size() - 10);
    other.delete_(own);
    const auto copy = other.create(copied_name, "", CreateOptions().ephemeral().sequence());
    server.clear_faults();
    const auto path = result.get(patience);
    EXPECT_NE(path, copy);
    EXPECT_EQ(other.exists(path)->ephemeral_owner, session);
    EXPECT_TRUE(other.exists(copy)) << "it is not deleted either";
}

TEST_F(ProtectedCreate, ANodeOfAnotherSessionWithTheSameNameIsAnError) {
    const auto result = lose(Fault::drop_after(), ephemeral);
    const auto own = paths().at(0);
    other.delete_(own);
    other.create(own, "", CreateOptions().ephemeral());
    server.clear_faults();
    thrown<NodeExistsError>([&] { result.get(patience); });
    EXPECT_TRUE(other.exists(own));
}

TEST_F(ProtectedCreate, ATimeLimitLeavesNoNode) {
    for (const auto& options : {persistent, numbered, ephemeral, member}) {
        const auto held = server.inject(Fault::hold().on(Request::create).session(session));
        const auto error = thrown<OperationTimeoutError>([&] {
            zk.create("/p/n-", "x", options, CallOptions().timeout(50ms));
        });
        EXPECT_EQ(error.outcome(), Outcome::unknown);
        EXPECT_EQ(paths().size(), 1U);
        server.remove(held);
        EXPECT_TRUE(nothing_remains());
    }
}

TEST_F(ProtectedCreate, ACancellationLeavesNoNode) {
    const auto held = server.inject(Fault::hold().on(Request::create).session(session));
    std::stop_source source;
    const auto stopped =
        zk.create_async("/p/n-", "x", member, CallOptions().stop_token(source.get_token()));
    const auto cancelled = zk.create_async("/p/n-", "x", persistent);
    ASSERT_TRUE(becomes_true([&] { return !paths().empty(); }));
    source.request_stop();
    EXPECT_TRUE(cancelled.cancel());
    for (const auto& result : {stopped, cancelled}) {
        thrown<CancelledError>([&] { result.get(patience); });
    }
    server.remove(held);
    EXPECT_TRUE(nothing_remains());
}

TEST_F(ProtectedCreate, ACancelledSearchLeavesNoNode) {
    const auto result = lose(Fault::drop_after(), member);
    EXPECT_TRUE(result.cancel());
    const auto error = thrown<CancelledError>([&] { result.get(patience); });
    EXPECT_EQ(error.outcome(), Outcome::unknown);
    EXPECT_EQ(paths().size(), 1U) << "the client cannot connect yet";
    server.clear_faults();
    EXPECT_TRUE(nothing_remains());
}

TEST_F(ProtectedCreate, WhatWasNotSentIsNotLookedFor) {
    const StateLog states(zk);
    server.handshakes(Handshake::refuse);
    server.drop_connection(session);
    ASSERT_TRUE(states.wait_for(SUSPENDED));
    const auto error = thrown<OperationTimeoutError>([&] {
        zk.create("/p/n-", "x", member, CallOptions().timeout(20ms));
    });
    EXPECT_EQ(error.outcome(), Outcome::not_sent);
}

TEST_F(ProtectedCreate, TheNumberIsLimited) {
    ClientLimits limits;
    limits.guaranteed = 1;
    StartedClient limited(to(server.hosts()).limits(limits));
    const auto held = server.inject(Fault::hold().on(Request::create).session(limited.session()));
    thrown<OperationTimeoutError>([&] {
        limited.create("/p/n-", "x", member, CallOptions().timeout(20ms));
    });
    const auto error = thrown<QueueFullError>([&] { limited.create("/p/n-", "x", member); });
    EXPECT_EQ(error.outcome(), Outcome::not_sent);
    EXPECT_NE(error.detail().find("ClientLimits::guaranteed"), std::string::npos);
    server.remove(held);
    EXPECT_TRUE(nothing_remains());
    EXPECT_TRUE(becomes_true([&] {
        return limited.create_async("/p/n-", "x", member).result().has_value();
    })) << "the place is free again";
}

TEST(ProtectedCreateInAnEnsemble, FindsTheNodeThroughAServerThatLagsBehind) {
    Ensemble ensemble(2);
    StartedClient other(ensemble[0].hosts());
    KazooClient zk(to(ensemble.hosts()));
    zk.start(patience);
    other.create("/p");
    const auto session = zk.client_id()->session_id;
    ASSERT_TRUE(becomes_true([&] { return ensemble[1].applied_zxid() == ensemble.zxid(); }));
    ensemble[1].lag();
    ensemble[0].inject(Fault::drop_after().on(Request::create).session(session).once());
    ensemble[0].handshakes(Handshake::refuse);
    const auto result = zk.create_async("/p/n-", "x", member);
    ASSERT_TRUE(becomes_true([&] { return ensemble[1].connections() == 1 && zk.connected(); }));
    EXPECT_FALSE(result.wait(50ms)) << "the server does not show the node yet";
    ensemble[1].catch_up();
    const auto path = result.get(patience);
    const auto names = other.get_children("/p");
    ASSERT_EQ(names.size(), 1U);
    EXPECT_EQ(path, "/p/" + names[0]);
}

}  // namespace
}  // namespace kazoo::embedded_tests
