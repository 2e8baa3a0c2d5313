// SPDX-License-Identifier: Apache-2.0
// SASL users, enforced authentication, and faults within the exchange.
#include "embedded_fixture.hpp"
#include "support/raw_client.hpp"
#include "unit/server/sasl/digest_exchange.hpp"

#include <gmock/gmock.h>

#include <optional>
#include <string>

namespace kazoo::embedded_tests {
namespace {

using server::response_to;
using testing_support::RawClient;

/// A client that authenticates by SASL.
class SaslClient : public RawClient {
public:
    explicit SaslClient(const Server& server) : RawClient(server.port()) {
        EXPECT_NE(connect(), 0);
    }

    struct Answer {
        bool closed = false;
        Errc err = Errc::ok;
        std::optional<std::string> token;
    };
    Answer send_token(std::string_view token) {
        request(codec::SaslRequest{{token}});
        Answer answer;
        const std::string frame = read_frame();
        codec::Decoder in(std::as_bytes(std::span(frame)));
        codec::ReplyHeader header;
        codec::SaslReply reply;
        if (!codec::decode(in, header) || !codec::decode(in, reply)) {
            answer.closed = true;
            return answer;
        }
        answer.err = static_cast<Errc>(header.err);
        if (reply.token.value) answer.token = std::string(*reply.token.value);
        return answer;
    }
    Answer log_in(const std::string& user, const std::string& password) {
        const auto challenge = send_token("").token;
        return send_token(response_to(challenge.value_or(""), user, password));
    }
    template <class Record>
    Errc ask(const Record& record) {
        request(record);
        const std::string frame = read_frame();
        codec::Decoder in(std::as_bytes(std::span(frame)));
        codec::ReplyHeader header;
        return codec::decode(in, header) ? static_cast<Errc>(header.err) : Errc::connection_loss;
    }
    Errc create(std::string_view path, const AclList& acl) {
        return ask(codec::CreateRequest{path, "x", acl, 0});
    }
};

ServerOptions with_bob() {
    return ServerOptions().sasl_user("bob", "bobsecret");
}

TEST(Sasl, UsersHaveAnIdentity) {
    Server server(with_bob());
    SaslClient client(server);
    EXPECT_EQ(client.log_in("bob", "bobsecret").err, Errc::ok);
    EXPECT_EQ(client.create("/own", {Acl(31, auth_ids())}), Errc::ok);
    EXPECT_EQ(client.create("/named", {Acl(31, Id("sasl", "alice"))}), Errc::ok);
    EXPECT_EQ(client.ask(codec::GetDataRequest{"/own", false}), Errc::ok);
    EXPECT_EQ(client.ask(codec::GetDataRequest{"/named", false}), Errc::no_auth);
    StartedClient zk(server.hosts());
    EXPECT_THROW(zk.get("/own"), NoAuthError);
}

TEST(Sasl, ChallengesAreDifferent) {
    Server server(with_bob());
    const auto one = SaslClient(server).send_token("").token;
    const auto other = SaslClient(server).send_token("").token;
    ASSERT_TRUE(one && other);
    EXPECT_NE(*one, *other);
    EXPECT_THAT(
        *one,
        ::testing::MatchesRegex(
            "realm=\"zk-sasl-md5\",nonce=\"[A-Za-z0-9+/]+\",charset=utf-8,algorithm=md5-sess"
        )
    );
    EXPECT_EQ(one->size(), server::recorded_challenge.size());
}

TEST(Sasl, AWrongPasswordClosesTheConnection) {
    Server server(with_bob());
    SaslClient client(server);
    const auto answer = client.log_in("bob", "wrong");
    EXPECT_EQ(answer.err, Errc::auth_failed);
    EXPECT_FALSE(answer.closed);
    EXPECT_EQ(answer.token, std::nullopt);
    EXPECT_TRUE(client.closes());
}

TEST(Sasl, RequiredOfEveryConnection) {
    Server server(with_bob().require_sasl(true));
    SaslClient refused(server);
    EXPECT_EQ(refused.ask(codec::GetDataRequest{"/", false}), Errc::session_closed_require_sasl);
    EXPECT_TRUE(refused.closes());
    SaslClient client(server);
    EXPECT_EQ(client.log_in("bob", "bobsecret").err, Errc::ok);
    EXPECT_EQ(client.create("/a", open_acl_unsafe()), Errc::ok);
}

TEST(Sasl, TheSuperUserMayDoEverything) {
    Server server(with_bob().sasl_user("admin", "a").sasl_super_user("admin"));
    SaslClient client(server);
    EXPECT_EQ(client.log_in("bob", "bobsecret").err, Errc::ok);
    EXPECT_EQ(client.create("/locked", {Acl(0, anyone_id_unsafe())}), Errc::ok);
    EXPECT_EQ(client.ask(codec::GetDataRequest{"/locked", false}), Errc::no_auth);
    SaslClient admin(server);
    EXPECT_EQ(admin.log_in("admin", "a").err, Errc::ok);
    EXPECT_EQ(admin.ask(codec::GetDataRequest{"/locked", false}), Errc::ok);
}

TEST(Sasl, AConnectionCanBeLostWithinTheExchange) {
    Server server(with_bob());
    server.inject(Fault::drop_before().on(Request::sasl).skip(1).once());
    server.inject(Fault::drop_after().on(Request::sasl).skip(2).once());
    SaslClient first(server);
    EXPECT_TRUE(first.log_in("bob", "bobsecret").closed);
    SaslClient second(server);
    EXPECT_TRUE(second.log_in("bob", "bobsecret").closed);
    SaslClient third(server);
    EXPECT_EQ(third.log_in("bob", "bobsecret").err, Errc::ok);
}

TEST(Sasl, ARefusalCanBeInjected) {
    Server server(with_bob());
    server.inject(Fault::fail(Errc::auth_failed).on(Request::sasl).once());
    SaslClient client(server);
    EXPECT_EQ(client.send_token("").err, Errc::auth_failed);
    EXPECT_TRUE(client.closes());
}

TEST(Sasl, AllServersOfAnEnsembleKnowTheUsers) {
    Ensemble ensemble(2, with_bob().require_sasl(true));
    for (std::size_t i = 0; i < ensemble.size(); ++i) {
        RawClient client(ensemble[i].port());
        EXPECT_NE(client.connect(), 0);
        client.request(codec::SaslRequest{{""}});
        EXPECT_THAT(client.read_frame(), ::testing::HasSubstr("zk-sasl-md5"));
    }
}

TEST(Sasl, UsersAreValidated) {
    const auto failure = [](const ServerOptions& options) {
        return thrown<ConfigurationError>([&] { Server server(options); }).detail();
    };
    using ::testing::HasSubstr;
    EXPECT_THAT(failure(with_bob().sasl_user("bob", "b")), HasSubstr("'bob' is given twice"));
    for (const std::string name : {"", "a:b", "a/b", "a@b", "a\n"}) {
        EXPECT_THAT(failure(ServerOptions().sasl_user(name, "b")), HasSubstr("has a name that"));
    }
    const std::string empty = failure(ServerOptions().sasl_user("alice", ""));
    EXPECT_THAT(empty, HasSubstr("the password of the SASL user 'alice' is empty"));
    EXPECT_THAT(failure(with_bob().sasl_super_user("a")), HasSubstr("not one of sasl_users"));
    EXPECT_THAT(failure(ServerOptions().require_sasl(true)), HasSubstr("require sasl_users"));
    EXPECT_THAT(
        failure(with_bob().release(Release::clickhouse_keeper)), HasSubstr("Keeper has no SASL")
    );
}

}  // namespace
}  // namespace kazoo::embedded_tests
