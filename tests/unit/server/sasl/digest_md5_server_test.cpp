// SPDX-License-Identifier: Apache-2.0
#include "server/sasl/digest_md5_server.hpp"

#include "digest_exchange.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace kazoo::server {
namespace {

using testing_support::md5_hex;
using Kind = SaslStep::Kind;

class DigestMd5ServerTest : public ::testing::Test {
protected:
    /// The result of an exchange with this response.
    SaslStep answer(std::string_view response) {
        DigestMd5Server server(users, std::string(recorded_nonce));
        EXPECT_EQ(server.step("").kind, Kind::challenge);
        return server.step(response);
    }
    /// The recorded response with a part replaced.
    static std::string with(std::string_view part, std::string_view replacement) {
        std::string response(recorded_response);
        const std::size_t at = response.find(part);
        EXPECT_NE(at, std::string::npos) << part;
        return response.replace(at, part.size(), replacement);
    }

    std::shared_ptr<SaslUsers> users = users_with("bob", "bobsecret");
};

TEST_F(DigestMd5ServerTest, RepeatsTheRecordedExchange) {
    DigestMd5Server server(users, std::string(recorded_nonce));
    const SaslStep challenge = server.step("");
    EXPECT_EQ(challenge.kind, Kind::challenge);
    EXPECT_EQ(challenge.token, recorded_challenge);
    const SaslStep end = server.step(recorded_response);
    EXPECT_EQ(end.kind, Kind::authenticated);
    EXPECT_EQ(end.token, recorded_end);
    EXPECT_EQ(end.user, "bob");
}

TEST_F(DigestMd5ServerTest, IgnoresAnInitialResponse) {
    DigestMd5Server server(users, std::string(recorded_nonce));
    EXPECT_EQ(server.step(recorded_response).token, recorded_challenge);
    EXPECT_EQ(server.step(recorded_response).kind, Kind::authenticated);
}

TEST_F(DigestMd5ServerTest, RefusesAnotherMechanism) {
    DigestMd5Server server(users, "n");
    EXPECT_EQ(server.step("\x60\x82\x02\x5c").kind, Kind::challenge);
    EXPECT_EQ(server.step("\x60\x82\x02\x5c").kind, Kind::refused);
    EXPECT_EQ(server.step("").kind, Kind::refused) << "nothing follows a refusal";
}

TEST_F(DigestMd5ServerTest, RefusesASecondEmptyToken) {
    EXPECT_EQ(answer("").kind, Kind::refused);
}

TEST_F(DigestMd5ServerTest, RefusesWhateverFollowsTheEnd) {
    DigestMd5Server server(users, std::string(recorded_nonce));
    EXPECT_EQ(server.step("").kind, Kind::challenge);
    EXPECT_EQ(server.step(recorded_response).kind, Kind::authenticated);
    EXPECT_EQ(server.step("").kind, Kind::refused);
    EXPECT_EQ(server.step(recorded_response).kind, Kind::refused);
}

TEST_F(DigestMd5ServerTest, RefusesAWrongPasswordAndAnUnknownUser) {
    users = users_with("bob", "another");
    EXPECT_EQ(answer(recorded_response).kind, Kind::refused);
    users = users_with("alice", "bobsecret");
    EXPECT_EQ(answer(recorded_response).kind, Kind::refused);
    users = std::make_shared<SaslUsers>();
    EXPECT_EQ(answer(recorded_response).kind, Kind::refused);
}

TEST_F(DigestMd5ServerTest, AnUnknownUserCannotUseAnEmptyHash) {
    // The response of who guesses that unknown users have the hash 00...00.
    users = std::make_shared<SaslUsers>();
    std::string a1(16, '\0');
    a1 += ":" + std::string(recorded_nonce) + ":OA6MHXh6VqTrRk";
    const std::string proof = md5_hex(
        md5_hex(a1) + ":" + std::string(recorded_nonce) +
        ":00000001:OA6MHXh6VqTrRk:auth:" + md5_hex("AUTHENTICATE:zookeeper/zk-sasl-md5")
    );
    EXPECT_EQ(answer(with("00b19efbad3d463b195a4927deabfdf4", proof)).kind, Kind::refused);
}

TEST_F(DigestMd5ServerTest, RefusesEachResponseWithOneChangedByte) {
    // Directives without an effect: their names and values may change, but not the syntax.
    std::string response(recorded_response);
    for (const std::string_view part :
         {"charset=utf-8,", "nc=00000001,", "maxbuf=65536,", ",qop=auth"}) {
        response.erase(response.find(part), part.size());
    }
    ASSERT_EQ(answer(response).kind, Kind::authenticated);
    for (std::size_t i = 0; i < response.size(); ++i) {
        std::string changed = response;
        changed[i] = static_cast<char>(changed[i] ^ 0x01);
        EXPECT_NE(answer(changed).kind, Kind::authenticated) << changed;
    }
}

TEST_F(DigestMd5ServerTest, RefusesMissingDirectives) {
    for (const std::string_view part :
         {"username=\"bob\",",
          "realm=\"zk-sasl-md5\",",
          "nonce=\"rbwaVNd3s2e5NthfLuuv/kWnfAVxPPcHblrq0XjJ\",",
          "cnonce=\"OA6MHXh6VqTrRk\",",
          "digest-uri=\"zookeeper/zk-sasl-md5\",",
          "response=00b19efbad3d463b195a4927deabfdf4,"}) {
        EXPECT_EQ(answer(with(part, "")).kind, Kind::refused) << part;
    }
}

TEST_F(DigestMd5ServerTest, AcceptsTheDefaultsOfDirectives) {
    for (const std::string_view part :
         {"charset=utf-8,", "nc=00000001,", "maxbuf=65536,", ",qop=auth"}) {
        EXPECT_EQ(answer(with(part, "")).kind, Kind::authenticated) << part;
    }
    EXPECT_EQ(answer(with("qop=auth", "QOP = \"auth\" , unknown=x")).kind, Kind::authenticated);
}

TEST_F(DigestMd5ServerTest, RefusesOtherValues) {
    EXPECT_EQ(answer(with("qop=auth", "qop=auth-int")).kind, Kind::refused);
    EXPECT_EQ(answer(with("nc=00000001", "nc=00000002")).kind, Kind::refused);
    EXPECT_EQ(answer(with("charset=utf-8", "charset=latin1")).kind, Kind::refused);
    EXPECT_EQ(
        answer(with("response=00b19efbad3d463b195a4927deabfdf4", "response=\"\"")).kind,
        Kind::refused
    );
    EXPECT_EQ(
        answer(with("00b19efbad3d463b195a4927deabfdf4", "00B19EFBAD3D463B195A4927DEABFDF4")).kind,
        Kind::refused
    );
}

TEST_F(DigestMd5ServerTest, RefusesRepeatedDirectivesAndLongTokens) {
    EXPECT_EQ(answer(std::string(recorded_response) + ",username=\"bob\"").kind, Kind::refused);
    EXPECT_EQ(answer(std::string(recorded_response) + ",x=y").kind, Kind::authenticated);
    std::string longest = std::string(recorded_response) + ",x=";
    longest.append(DigestMd5Server::max_token - longest.size(), 'y');
    EXPECT_EQ(answer(longest).kind, Kind::authenticated);
    EXPECT_EQ(answer(longest + "y").kind, Kind::refused);
}

TEST_F(DigestMd5ServerTest, AnAuthorizationIdIsPartOfTheProofAndOtherwiseIgnored) {
    DigestMd5Server server(users, "n");
    const SaslStep challenge = server.step("");
    const SaslStep end = server.step(response_to(challenge.token, "bob", "bobsecret", "alice"));
    EXPECT_EQ(end.kind, Kind::authenticated);
    EXPECT_EQ(end.user, "bob") << "as on Apache's server";
    EXPECT_EQ(answer(std::string(recorded_response) + ",authzid=\"a\"").kind, Kind::refused);
}

TEST_F(DigestMd5ServerTest, NamesInLatin1AreHashedSo) {
    users = users_with("j\xc3\xbcrgen", "\xc3\xa9t\xc3\xa9");
    DigestMd5Server server(users, "n");
    const std::string token = response_to(server.step("").token, "j\xfcrgen", "\xe9t\xe9");
    std::string response = token;
    response.replace(response.find("j\xfcrgen"), 6, "j\xc3\xbcrgen");
    EXPECT_EQ(server.step(response).kind, Kind::authenticated);
}

TEST_F(DigestMd5ServerTest, OtherNamesAreHashedInUtf8) {
    const std::string name = "\xe6\x97\xa5\xc3\xbc";
    users = users_with(name, "secret");
    DigestMd5Server server(users, "n");
    const SaslStep challenge = server.step("");
    EXPECT_EQ(server.step(response_to(challenge.token, name, "secret")).kind, Kind::authenticated);
}

}  // namespace
}  // namespace kazoo::server
