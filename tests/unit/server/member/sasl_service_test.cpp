// SPDX-License-Identifier: Apache-2.0
// SASL on a connection: its replies, its identity, and its enforcement.
#include "server_node_rig.hpp"
#include "unit/server/sasl/digest_exchange.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>

namespace kazoo::server {
namespace {

using codec::Opcode;

DatabaseOptions with_sasl_acls() {
    DatabaseOptions options;
    options.sasl_acls = true;
    options.x509_acls = true;
    return options;
}

ServerNodeOptions with_users(bool required = false) {
    ServerNodeOptions options;
    options.sasl_users = users_with("bob", "bobsecret");
    options.require_sasl = required;
    return options;
}

Reply single(const std::vector<Reply>& replies) {
    EXPECT_EQ(replies.size(), 1U);
    return replies.empty() ? Reply() : replies.front();
}

/// The token of a reply; nullopt if it is null.
std::optional<std::string> token_of(const Reply& reply) {
    const auto record = reply.as<codec::SaslReply>();
    return record.token.value ? std::optional<std::string>(*record.token.value) : std::nullopt;
}

Reply send_token(Client& client, std::int32_t xid, std::string_view token) {
    return single(client.ask(xid, codec::SaslRequest{{token}}));
}

/// Performs the exchange and returns the last reply.
Reply log_in(
    Client& client, const std::string& user = "bob", const std::string& password = "bobsecret"
) {
    const auto challenge = token_of(send_token(client, 100, ""));
    return send_token(client, 101, response_to(challenge.value_or(""), user, password));
}

std::vector<std::string> who(Client& client) {
    std::vector<std::string> list;
    const Reply reply = single(client.ask(200, Opcode::who_am_i));
    for (const auto& info : reply.as<codec::WhoAmIReply>().clients) {
        list.push_back(info.auth_scheme + ":" + info.user);
    }
    return list;
}

std::int32_t create(Client& client, std::string_view path, const AclList& acl) {
    return single(client.ask(300, codec::CreateRequest{path, "x", acl, 0})).err;
}

void expect_refused(const Reply& reply, Errc err, const Client& client) {
    EXPECT_EQ(reply.err, number(err));
    EXPECT_EQ(reply.zxid, 0);
    EXPECT_TRUE(client.over());
}

class SaslServiceTest : public ::testing::Test {
protected:
    Rig rig{with_sasl_acls(), with_users()};
    Client client = rig.client();
};

TEST_F(SaslServiceTest, AUserGetsAnIdentity) {
    const Reply challenge = send_token(client, 7, "");
    EXPECT_EQ(challenge.xid, 7);
    EXPECT_EQ(challenge.zxid, 0);
    EXPECT_EQ(challenge.err, 0);
    const Reply end =
        send_token(client, 8, response_to(token_of(challenge).value(), "bob", "bobsecret"));
    EXPECT_EQ(end.xid, 8);
    EXPECT_EQ(end.err, 0);
    EXPECT_TRUE(token_of(end).value().starts_with("rspauth="));
    EXPECT_THAT(who(client), ::testing::UnorderedElementsAre("ip:127.0.0.1", "sasl:bob"));
    EXPECT_FALSE(client.over());
}

TEST_F(SaslServiceTest, AclsOfSaslAreChecked) {
    Client other = rig.client();
    EXPECT_EQ(log_in(client).err, 0);
    EXPECT_EQ(create(other, "/bob", {Acl(31, Id("sasl", "bob"))}), 0);
    EXPECT_EQ(create(client, "/own", {Acl(31, auth_ids())}), 0);
    for (const std::string_view path : {"/bob", "/own"}) {
        const codec::GetDataRequest get{path, false};
        EXPECT_EQ(single(client.ask(1, get)).err, 0) << path;
        EXPECT_EQ(single(other.ask(1, get)).err, number(Errc::no_auth)) << path;
    }
    EXPECT_EQ(create(other, "/bad", {Acl(31, Id("sasl", "a@b@c"))}), number(Errc::invalid_acl));
}

TEST_F(SaslServiceTest, AFailureIsAnsweredWithANullTokenAndClosesTheConnection) {
    const Reply wrong = log_in(client, "bob", "wrong");
    expect_refused(wrong, Errc::auth_failed, client);
    EXPECT_EQ(token_of(wrong), std::nullopt);
    Client unknown = rig.client();
    expect_refused(log_in(unknown, "alice", "bobsecret"), Errc::auth_failed, unknown);
    Client early = rig.client();
    EXPECT_EQ(send_token(early, 1, "not DIGEST-MD5").err, 0);
    expect_refused(send_token(early, 2, "not DIGEST-MD5"), Errc::auth_failed, early);
    EXPECT_EQ(rig.database.sessions().size(), 3U) << "the sessions live on";
}

TEST_F(SaslServiceTest, ASecondEmptyTokenIsRefused) {
    EXPECT_EQ(send_token(client, 1, "").err, 0);
    expect_refused(send_token(client, 2, ""), Errc::auth_failed, client);
}

TEST_F(SaslServiceTest, ASecondExchangeIsRefused) {
    EXPECT_EQ(log_in(client).err, 0);
    expect_refused(send_token(client, 2, ""), Errc::auth_failed, client);
}

TEST_F(SaslServiceTest, ANullTokenClosesTheConnectionWithoutAReply) {
    client.request(6, codec::SaslRequest{});
    EXPECT_EQ(client.take_hex(), "");
    EXPECT_TRUE(client.over());
}

TEST_F(SaslServiceTest, NoncesDiffer) {
    Client other = rig.client();
    EXPECT_NE(token_of(send_token(client, 1, "")), token_of(send_token(other, 1, "")));
}

TEST_F(SaslServiceTest, IdentitiesEndWithTheConnection) {
    EXPECT_EQ(log_in(client).err, 0);
    client.close();
    Client again = rig.open();
    again.resume(rig.last_welcome);
    EXPECT_THAT(who(again), ::testing::ElementsAre("ip:127.0.0.1"));
}

TEST_F(SaslServiceTest, AuthPacketsOfTheSchemeAreRefused) {
    const auto reply =
        single(client.ask(codec::auth_xid, codec::AuthRequest{0, "sasl", {"bob:bobsecret"}}));
    expect_refused(reply, Errc::auth_failed, client);
}

TEST_F(SaslServiceTest, WithoutRandomBytesThereIsNoExchange) {
    ServerNodeOptions options = with_users();
    options.fill_with_random = [](std::span<std::byte>) noexcept { return false; };
    Rig other({}, std::move(options));
    Client asking = other.client();
    expect_refused(send_token(asking, 1, ""), Errc::auth_failed, asking);
}

TEST(SaslSuperUser, MayDoEverything) {
    ServerNodeOptions options = with_users();
    options.sasl_super_user = "bob";
    Rig rig(with_sasl_acls(), std::move(options));
    Client client = rig.client();
    EXPECT_EQ(create(client, "/locked", {Acl(0, anyone_id_unsafe())}), 0);
    const codec::GetDataRequest get{"/locked", false};
    EXPECT_EQ(single(client.ask(1, get)).err, number(Errc::no_auth));
    EXPECT_EQ(log_in(client).err, 0);
    EXPECT_EQ(single(client.ask(2, get)).err, 0);
}

TEST(SaslFault, AnInjectedFailureLooksLikeAServers) {
    Rig rig({}, with_users());
    Client client = rig.client();
    RequestFault fault;
    fault.kind = RequestFault::Kind::fail;
    fault.op = Opcode::sasl;
    fault.skip = 1;
    fault.err = number(Errc::auth_failed);
    rig.member.faults().add(fault);
    const Reply reply = log_in(client);
    expect_refused(reply, Errc::auth_failed, client);
    EXPECT_EQ(token_of(reply), std::nullopt);
}

class RequiredSaslTest : public ::testing::Test {
protected:
    Rig rig{with_sasl_acls(), with_users(true)};
};

TEST_F(RequiredSaslTest, NothingPrecedesAuthentication) {
    for (const Opcode op : {Opcode::ping, Opcode::close_session, Opcode::who_am_i, Opcode(77)}) {
        Client client = rig.client();
        const Reply reply = single(client.ask(9, op));
        expect_refused(reply, Errc::session_closed_require_sasl, client);
        EXPECT_EQ(reply.xid, 9);
        EXPECT_TRUE(reply.body.empty());
    }
    Client reading = rig.client();
    const Reply reply = single(reading.ask(1, codec::GetDataRequest{"/", false}));
    expect_refused(reply, Errc::session_closed_require_sasl, reading);
    Client writing = rig.client();
    EXPECT_EQ(create(writing, "/a", open_acl_unsafe()), number(Errc::session_closed_require_sasl));
    EXPECT_EQ(rig.database.tree().find("/a"), nullptr);
    EXPECT_EQ(rig.database.sessions().size(), 6U) << "closeSession closes none either";
}

TEST_F(RequiredSaslTest, RequestsBehindTheRefusedOneAreDropped) {
    Client client = rig.client();
    client.request(1, Opcode::ping);
    client.request(2, codec::SaslRequest{{""}});
    EXPECT_EQ(client.xids(), std::vector<std::int32_t>{1});
}

TEST_F(RequiredSaslTest, OtherCredentialsDoNotSuffice) {
    Client client = rig.client();
    const auto digest = codec::AuthRequest{0, "digest", {"bob:bobsecret"}};
    EXPECT_EQ(single(client.ask(codec::auth_xid, digest)).err, 0);
    EXPECT_EQ(single(client.ask(1, Opcode::ping)).err, number(Errc::session_closed_require_sasl));
}

TEST_F(RequiredSaslTest, AuthenticatedClientsAreServed) {
    Client client = rig.client();
    EXPECT_EQ(log_in(client).err, 0);
    EXPECT_EQ(create(client, "/a", open_acl_unsafe()), 0);
    EXPECT_EQ(single(client.ask(1, Opcode::ping)).err, 0);
    EXPECT_EQ(single(client.ask(2, Opcode::close_session)).err, 0);
}

TEST_F(RequiredSaslTest, AFailureHasTheSameCode) {
    Client client = rig.client();
    const Reply reply = log_in(client, "bob", "wrong");
    expect_refused(reply, Errc::session_closed_require_sasl, client);
    EXPECT_EQ(token_of(reply), std::nullopt);
}

TEST_F(RequiredSaslTest, RefusedPingsDoNotKeepTheSession) {
    Client client = rig.client();
    rig.pass(8'000);
    client.request(1, Opcode::ping);
    rig.pass(8'000);
    EXPECT_EQ(rig.database.sessions().size(), 0U);
}

TEST(CertificateIdentity, ComesFromTheTransport) {
    Rig rig(with_sasl_acls());
    const ConnectionId id = rig.member.open("127.0.0.1", 1, rig.now, {Id("x509", "CN=a,OU=b")});
    Client client = rig.open();
    client.close();
    client.id = id;
    client.connect();
    EXPECT_THAT(who(client), ::testing::UnorderedElementsAre("ip:127.0.0.1", "x509:CN=a,OU=b"));
    EXPECT_EQ(create(client, "/own", {Acl(31, auth_ids())}), 0);
    Client other = rig.client();
    EXPECT_EQ(create(other, "/theirs", {Acl(31, Id("x509", "CN=a,OU=b"))}), 0);
    for (const std::string_view path : {"/own", "/theirs"}) {
        const codec::GetDataRequest get{path, false};
        EXPECT_EQ(single(client.ask(1, get)).err, 0) << path;
        EXPECT_EQ(single(other.ask(1, get)).err, number(Errc::no_auth)) << path;
    }
    // As in Apache's server, such a client may also ask for the scheme.
    const codec::AuthRequest auth{0, "x509", {""}};
    EXPECT_EQ(single(client.ask(codec::auth_xid, auth)).err, 0);
    EXPECT_EQ(single(other.ask(codec::auth_xid, auth)).err, number(Errc::auth_failed));
}

TEST(CertificateIdentity, KeeperHasNone) {
    DatabaseOptions options;
    options.profile.keeper = true;
    Rig rig(std::move(options));
    const ConnectionId id = rig.member.open("127.0.0.1", 1, rig.now, {Id("x509", "CN=a")});
    Client client = rig.open();
    client.close();
    client.id = id;
    client.connect();
    EXPECT_EQ(create(client, "/own", {Acl(31, auth_ids())}), number(Errc::invalid_acl));
}

}  // namespace
}  // namespace kazoo::server
