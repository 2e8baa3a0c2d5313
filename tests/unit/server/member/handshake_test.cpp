// SPDX-License-Identifier: Apache-2.0
#include "server_node_rig.hpp"

#include <gtest/gtest.h>

#include <string>

namespace kazoo::server {
namespace {

class HandshakeTest : public testing::Test {
protected:
    void expect_refused(Client& client) {
        EXPECT_EQ(client.take_hex(), "");
        EXPECT_TRUE(client.over());
    }
    void expect_expired(Client& client, const Client::Welcome& answer) {
        EXPECT_TRUE(answer.answered);
        EXPECT_EQ(answer.timeout_ms, 0);
        EXPECT_EQ(answer.session, 0);
        EXPECT_EQ(answer.password, std::string(16, '\0'));
        EXPECT_TRUE(client.over());
    }

    Rig rig;
};

TEST_F(HandshakeTest, TheLastByteIsSentToClientsThatSendIt) {
    Client modern = rig.open();
    EXPECT_EQ(modern.connect().length, 37U);
    Client ancient = rig.open();
    EXPECT_EQ(ancient.connect({0, 0, 10'000, 0, {}, false, false}).length, 36U);
}

TEST_F(HandshakeTest, KeeperNeverSendsTheLastByte) {
    DatabaseOptions options;
    options.profile.keeper = true;
    Rig keeper(options);
    Client client = keeper.open();
    EXPECT_EQ(client.connect().length, 36U);
}

TEST_F(HandshakeTest, TimeoutsAreClampedAtEveryHandshake) {
    Client client = rig.open();
    const auto first = client.connect({7, 0, -1, 0, {"any"}, false});
    EXPECT_EQ(first.protocol, 0);
    EXPECT_EQ(first.timeout_ms, 4000);
    EXPECT_EQ(first.password.size(), 16U);
    Client again = rig.open();
    const auto second = again.connect({0, 0, 1'000'000, first.session, {first.password}, false});
    EXPECT_EQ(second.timeout_ms, 40'000);
    EXPECT_EQ(second.session, first.session);
    EXPECT_EQ(second.password, first.password);
}

TEST_F(HandshakeTest, ANewSessionTakesAZxidAndAResumedOneDoesNot) {
    rig.client();
    EXPECT_EQ(rig.database.zxid(), 1);
    Client again = rig.open();
    again.resume(rig.last_welcome);
    EXPECT_EQ(rig.database.zxid(), 1);
}

TEST_F(HandshakeTest, TheOlderConnectionOfASessionIsClosed) {
    Client older = rig.client();
    Client newer = rig.open();
    newer.resume(rig.last_welcome);
    EXPECT_TRUE(older.over());
    older.close();
    EXPECT_FALSE(newer.over());
    EXPECT_EQ(newer.create(1, "/a"), 0);
}

TEST_F(HandshakeTest, AWrongPasswordIsExpiredAndKeepsTheSession) {
    Client owner = rig.client();
    Client thief = rig.open();
    auto guess = rig.last_welcome;
    guess.password[3] ^= 1;
    expect_expired(thief, thief.resume(guess));
    EXPECT_FALSE(owner.over());
}

TEST_F(HandshakeTest, AWrongPasswordEndsTheOwnersConnectionOnRequest) {
    ServerNodeOptions options;
    options.takeover_closes_first = true;
    Rig like_apache({}, options);
    Client owner = like_apache.client();
    Client::Welcome session = like_apache.last_welcome;
    session.password[0] ^= 1;
    Client thief = like_apache.open();
    EXPECT_EQ(thief.resume(session).session, 0);
    EXPECT_TRUE(owner.over());
    session.password[0] ^= 1;
    Client again = like_apache.open();
    EXPECT_EQ(again.resume(session).session, session.session);
}

TEST_F(HandshakeTest, AnUnknownSessionIsExpired) {
    Client client = rig.open();
    expect_expired(client, client.connect({0, 0, 10'000, 77, {"0123456789abcdef"}, false}));
}

TEST_F(HandshakeTest, AFutureZxidIsRefusedSilently) {
    rig.client();
    Client equal = rig.open();
    EXPECT_TRUE(equal.connect({0, 1, 10'000, 0, {}, false}).answered);
    Client ahead = rig.open();
    EXPECT_FALSE(ahead.connect({0, 3, 10'000, 0, {}, false}).answered);
    expect_refused(ahead);
}

TEST_F(HandshakeTest, InvalidHandshakesAreRefused) {
    for (const char* hex : {"00000000", "ffffffff", "00000007", "0000000800000000", "00100000"}) {
        Client client = rig.open();
        client.send_hex(hex);
        if (!client.over()) client.send_hex("00000000 00000000 00000000 00000000");
        expect_refused(client);
    }
}

TEST_F(HandshakeTest, RequestsMayFollowAtOnce) {
    Client client = rig.open();
    base::Buffer bytes = Client::greeting({0, 0, 10'000, 0, {}, false});
    const base::Buffer ping = Client::frame(codec::ping_xid, codec::Opcode::ping);
    bytes.append(ping.data(), ping.size());
    client.send(bytes.span());
    EXPECT_EQ(client.take().size(), 4U + 37U + 20U);
}

TEST_F(HandshakeTest, AConnectionWithoutHandshakeIsClosed) {
    Client silent = rig.open();
    Client slow = rig.open();
    slow.send_hex("0000");
    Client good = rig.client();
    EXPECT_LE(rig.member.next_deadline(), rig.now.steady + Milliseconds(10'000));
    rig.pass(9'999);
    EXPECT_FALSE(silent.over());
    good.request(codec::ping_xid, codec::Opcode::ping);
    rig.pass(1);
    EXPECT_TRUE(silent.over());
    EXPECT_TRUE(slow.over());
    EXPECT_FALSE(good.over());
    EXPECT_EQ(rig.member.connection_count(), 1U);
}

TEST_F(HandshakeTest, TooManyConnections) {
    ServerNodeOptions options;
    options.max_connections = 1;
    Rig small({}, options);
    Client first = small.open();
    Client second = small.open();
    expect_refused(second);
    second.close();
    first.close();
    Client third = small.open();
    EXPECT_TRUE(third.connect().answered);
}

TEST_F(HandshakeTest, ReadOnlyServersRequireReadOnlyClients) {
    rig.client();
    const auto global = rig.last_welcome;
    rig.member.faults().read_only = true;
    Client proud = rig.open();
    proud.connect();
    expect_refused(proud);
    Client modest = rig.open();
    const auto local = modest.connect({0, 0, 10'000, 0, {}, true});
    EXPECT_TRUE(local.read_only);
    EXPECT_NE(local.session, 0);
    EXPECT_EQ(rig.database.sessions().find(local.session), nullptr);
    EXPECT_EQ(rig.database.zxid(), 1);
    Client renewing = rig.open();
    EXPECT_EQ(renewing.resume(local, true).session, local.session);
    EXPECT_TRUE(modest.over());
    Client unknown = rig.open();
    expect_expired(unknown, unknown.connect({0, 0, 10'000, 5, {}, true}));
    Client moving = rig.open();
    moving.resume(global, true);
    expect_refused(moving);
    // Once the server has rejoined, local sessions are unknown.
    rig.member.faults().read_only = false;
    rig.member.on_faults_changed(rig.now);
    EXPECT_TRUE(renewing.over());
    Client late = rig.open();
    expect_expired(late, late.resume(local));
}

TEST_F(HandshakeTest, LocalSessionsExpireAndClose) {
    rig.member.faults().read_only = true;
    Client idle = rig.open();
    idle.connect({0, 0, 4000, 0, {}, true});
    Client leaving = rig.open();
    leaving.connect({0, 0, 40'000, 0, {}, true});
    const auto replies = leaving.ask(1, codec::Opcode::close_session);
    ASSERT_EQ(replies.size(), 1U);
    EXPECT_EQ(replies[0].err, 0);
    EXPECT_TRUE(leaving.over());
    EXPECT_LE(rig.member.next_deadline(), rig.now.steady + Milliseconds(6000));
    rig.pass(6001);
    EXPECT_TRUE(idle.over());
}

TEST_F(HandshakeTest, KeeperDropsSessions) {
    DatabaseOptions options;
    options.profile.keeper = true;
    Rig keeper(options);
    keeper.client();
    Client second = keeper.open();
    const auto renewed = second.resume(keeper.last_welcome);
    EXPECT_NE(renewed.session, keeper.last_welcome.session);
    EXPECT_GT(renewed.timeout_ms, 0);
}

class HandshakeFaultTest : public HandshakeTest {
protected:
    Client::Welcome connect_with(HandshakeFault fault) {
        rig.member.faults().handshake = fault;
        return client.connect({0, 0, 10'000, 0, {}, false});
    }

    Client client = rig.open();
};

TEST_F(HandshakeFaultTest, Refuse) {
    connect_with(HandshakeFault::refuse);
    expect_refused(client);
}

TEST_F(HandshakeFaultTest, Hang) {
    EXPECT_FALSE(connect_with(HandshakeFault::hang).answered);
    client.request(codec::ping_xid, codec::Opcode::ping);
    rig.pass(60'000);
    EXPECT_EQ(client.take_hex(), "");
    EXPECT_FALSE(client.over());
    EXPECT_TRUE(client.reading());
}

TEST_F(HandshakeFaultTest, Garbage) {
    rig.member.faults().handshake = HandshakeFault::garbage;
    client.send(Client::greeting({0, 0, 10'000, 0, {}, false}).span());
    EXPECT_EQ(client.take_hex().substr(0, 8), "48545450");
    EXPECT_TRUE(client.over());
}

TEST_F(HandshakeFaultTest, OtherSession) {
    Client owner = rig.client();
    const auto asked = rig.last_welcome;
    rig.member.faults().handshake = HandshakeFault::other_session;
    const auto given = client.resume(asked);
    EXPECT_NE(given.session, asked.session);
    EXPECT_NE(given.session, 0);
    EXPECT_FALSE(owner.over());
}

TEST_F(HandshakeFaultTest, Expired) {
    rig.client();
    rig.member.faults().handshake = HandshakeFault::expired;
    rig.member.faults().handshake_times = 1;
    expect_expired(client, client.resume(rig.last_welcome));
    Client again = rig.open();
    EXPECT_EQ(again.resume(rig.last_welcome).session, rig.last_welcome.session);
}

TEST_F(HandshakeFaultTest, Protocol42) {
    EXPECT_EQ(connect_with(HandshakeFault::keeper_without_leader).protocol, 42);
    EXPECT_TRUE(client.over());
}

TEST_F(HandshakeFaultTest, NotReadOnly) {
    rig.member.faults().handshake = HandshakeFault::not_read_only;
    client.send(Client::greeting({0, 0, 10'000, 0, {}, true}).span());
    const auto replies = client.replies();
    ASSERT_EQ(replies.size(), 1U);
    EXPECT_EQ(replies[0].xid, 0);
    EXPECT_EQ(replies[0].err, number(Errc::not_read_only));
    EXPECT_TRUE(replies[0].body.empty());
}

TEST_F(HandshakeFaultTest, ShortAnswer) {
    EXPECT_EQ(connect_with(HandshakeFault::short_answer).length, 36U);
    EXPECT_EQ(client.create(1, "/a"), 0);
}

}  // namespace
}  // namespace kazoo::server
