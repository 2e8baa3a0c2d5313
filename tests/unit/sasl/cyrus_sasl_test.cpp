// SPDX-License-Identifier: Apache-2.0
// The mechanisms of Cyrus SASL, alone and with an embedded server.
#include <kazoo/kazoo.hpp>
#include <kazoo/sasl.hpp>
#include <kazoo/testing/server.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace kazoo {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using namespace std::chrono_literals;

constexpr auto patience = 20s;

SaslOptions bob(std::string password = "bobsecret") {
    return SaslOptions().mechanism("DIGEST-MD5").username("bob").password(std::move(password));
}

std::unique_ptr<SaslMechanism> made(const SaslOptions& options, bool encrypted = false) {
    return cyrus_sasl(options)(SaslServer("zk1.example.com", 2181, "10.0.0.1", encrypted));
}

ClientOptions to(const testing::Server& server) {
    return ClientOptions()
        .hosts(server.hosts())
        .connection_retry(RetryPolicy().delay(5ms).max_delay(50ms))
        .logger(Logger::none());
}

testing::Server secured() {
    return testing::Server(testing::ServerOptions().sasl_user("bob", "bobsecret").require_sasl(true)
    );
}

std::string why_not_started(KazooClient& zk) {
    try {
        zk.start(patience);
    } catch (const AuthFailedError& error) {
        return error.what();
    }
    ADD_FAILURE() << "it has started";
    return {};
}

std::string refusal_of(const SaslOptions& options) {
    try {
        static_cast<void>(cyrus_sasl(options));
    } catch (const ConfigurationError& error) {
        return error.what();
    }
    return "no error";
}

TEST(CyrusSaslTest, DigestMd5AuthenticatesOnEachConnection) {
    auto server = secured();
    KazooClient zk(to(server).sasl(cyrus_sasl(bob())));
    zk.start(patience);
    zk.create("/mine", "x", CreateOptions().acl({Acl(Permissions::all, Id("sasl", "bob"))}));
    for (int i = 0; i < 3; ++i) {
        server.drop_connections();
        EXPECT_EQ(
            zk.get_async("/mine", CallOptions().resend(Resend::independent)).get(patience).data, "x"
        );
    }
}

TEST(CyrusSaslTest, ThePasswordMayComeFromAFunction) {
    auto server = secured();
    std::atomic<int> asked{0};
    KazooClient zk(to(server).sasl(cyrus_sasl(bob("").password([&asked] {
        ++asked;
        return std::string("bobsecret");
    }))));
    zk.start(patience);
    EXPECT_EQ(asked.load(), 1);
    zk.stop();
    KazooClient unlucky(to(server).sasl(cyrus_sasl(bob("").password([]() -> std::string {
        throw std::runtime_error("the vault is closed");
    }))));
    EXPECT_THAT(why_not_started(unlucky), HasSubstr("the vault is closed"));
}

TEST(CyrusSaslTest, AWrongPasswordIsRefused) {
    auto server = secured();
    KazooClient zk(to(server).sasl(cyrus_sasl(bob("wrong"))));
    const auto why = why_not_started(zk);
    EXPECT_THAT(why, HasSubstr("SASL (DIGEST-MD5) with 127.0.0.1:"));
    EXPECT_THAT(why, HasSubstr("the server refused the authentication"));
}

// Servers mishandle one (RFC 2831, 2.2), and libsasl2 sends one to a server that it knows: one that
// has proved that it knows the password.
TEST(CyrusSaslTest, DigestMd5SendsNoInitialResponse) {
    auto server = secured();
    KazooClient zk(to(server).sasl(cyrus_sasl(bob())));
    zk.start(patience);
    const std::string challenge =
        "realm=\"zk-sasl-md5\",nonce=\"rbwaVNd3s2e5NthfLuuv/kWnfAVxPPcHblrq0XjJ\",charset=utf-8,"
        "algorithm=md5-sess";
    for (int i = 0; i < 2; ++i) {
        const auto mechanism = made(bob());
        EXPECT_EQ(mechanism->name(), "DIGEST-MD5");
        EXPECT_FALSE(mechanism->may_block());
        const auto first = mechanism->start();
        EXPECT_EQ(first.kind(), SaslStep::Kind::token);
        EXPECT_THAT(first.text(), IsEmpty());
        const auto response = mechanism->step(challenge);
        EXPECT_EQ(response.kind(), SaslStep::Kind::token);
        EXPECT_THAT(response.text(), HasSubstr("digest-uri=\"zookeeper/zk-sasl-md5\""));
        EXPECT_THAT(response.text(), HasSubstr("username=\"bob\""));
        EXPECT_THAT(response.text(), HasSubstr("qop=auth"));
        EXPECT_THAT(response.text(), ::testing::Not(HasSubstr("authzid")));
        EXPECT_THAT(response.text(), ::testing::Not(HasSubstr("bobsecret")));
    }
}

TEST(CyrusSaslTest, AServerThatDoesNotKnowThePasswordIsNotTrusted) {
    const auto mechanism = made(bob());
    static_cast<void>(mechanism->start());
    static_cast<void>(mechanism->step("realm=\"zk-sasl-md5\",nonce=\"abc\",algorithm=md5-sess"));
    const auto proof = mechanism->step("rspauth=00000000000000000000000000000000");
    EXPECT_EQ(proof.kind(), SaslStep::Kind::failed);
    EXPECT_THAT(proof.text(), ::testing::Not(IsEmpty()));
}

TEST(CyrusSaslTest, MalformedChallengesAreFailures) {
    for (const auto& challenge : std::vector<std::string>{"x", "realm=", std::string(5000, 'a')}) {
        const auto mechanism = made(bob());
        static_cast<void>(mechanism->start());
        EXPECT_EQ(mechanism->step(challenge).kind(), SaslStep::Kind::failed) << challenge;
    }
}

TEST(CyrusSaslTest, PlainNeedsTls) {
    const auto plain = bob().mechanism("PLAIN");
    const auto open = made(plain)->start();
    EXPECT_EQ(open.kind(), SaslStep::Kind::failed);
    EXPECT_THAT(open.text(), HasSubstr("TLS only"));
    const auto step = made(plain, true)->start();
    EXPECT_EQ(step.kind(), SaslStep::Kind::last_token);
    EXPECT_EQ(step.text(), std::string("\0bob\0bobsecret", 14));
}

TEST(CyrusSaslTest, GssapiWithoutATicketIsNotReady) {
    const auto options = SaslOptions().mechanism("GSSAPI");
    ::setenv("KRB5CCNAME", "FILE:/nonexistent/tickets", 1);
    const auto mechanism = made(options);
    EXPECT_TRUE(mechanism->may_block());
    const auto step = mechanism->start();
    EXPECT_EQ(step.kind(), SaslStep::Kind::not_ready);
    EXPECT_THAT(step.text(), HasSubstr("GSSAPI"));
}

TEST(CyrusSaslTest, ImpossibleOptionsAreRefused) {
    EXPECT_THAT(refusal_of(SaslOptions()), HasSubstr("mechanism must be set"));
    EXPECT_THAT(
        refusal_of(SaslOptions().mechanism("DIGEST-MD5")), HasSubstr("DIGEST-MD5 needs a username")
    );
    EXPECT_THAT(refusal_of(bob().service("")), HasSubstr("service must not be empty"));
    EXPECT_THAT(refusal_of(bob().mechanism("NO-SUCH")), HasSubstr("no module for NO-SUCH"));
}

TEST(CyrusSaslTest, ManyClientsAuthenticateAtTheSameTime) {
    auto server = secured();
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&server] {
            KazooClient zk(to(server).sasl(cyrus_sasl(bob())));
            zk.start(patience);
            EXPECT_TRUE(zk.exists("/"));
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
}

}  // namespace
}  // namespace kazoo
