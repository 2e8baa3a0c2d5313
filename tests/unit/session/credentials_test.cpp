// SPDX-License-Identifier: Apache-2.0
#include "session/credentials.hpp"

#include "codec/auth.hpp"
#include "codec/decoder.hpp"
#include "codec/frame.hpp"
#include "codec/headers.hpp"
#include "support/session_script.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace kazoo::session {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing_support::Party;
using Names = std::vector<std::string>;

class Caller final : public detail::RefCounted {
public:
    void abandon() noexcept override { abandoned = true; }
    bool abandoned = false;
};

Cookie caller(const std::string& name) {
    return detail::make_ref<Party>(name);
}

Names names(const std::vector<Cookie>& cookies) {
    Names all;
    for (const auto& cookie : cookies) {
        all.push_back(static_cast<const Party&>(*cookie).name);
    }
    return all;
}

class CredentialsTest : public testing::Test {
protected:
    /// Returns "scheme credential" of each request in the connection's buffer, and empties it.
    Names sent() {
        Names all;
        codec::FrameReader reader(1000);
        EXPECT_EQ(reader.feed(connection.span()), codec::FrameReader::Status::ok);
        for (auto item = reader.next(); item.kind == codec::FrameItem::Kind::frame;
             item = reader.next()) {
            codec::Decoder decoder(item.bytes);
            codec::RequestHeader header;
            codec::AuthRequest request;
            EXPECT_TRUE(codec::decode(decoder, header) && codec::decode(decoder, request));
            EXPECT_EQ(header.xid, codec::auth_xid);
            EXPECT_EQ(header.type, codec::Opcode::auth);
            all.push_back(std::string(request.scheme) + " " + std::string(*request.auth.value));
        }
        connection.clear();
        return all;
    }
    /// The server answers the oldest request. Returns the callers that get the answer.
    static Names answer(Credentials& credentials, bool accepted = true) {
        std::vector<Cookie> given;
        credentials.answered(accepted, [&](Cookie owner) { given.push_back(std::move(owner)); });
        return names(given);
    }
    static Names end(Credentials& credentials) {
        std::vector<Cookie> given;
        credentials.end([&](Cookie owner) { given.push_back(std::move(owner)); });
        return names(given);
    }

    base::Buffer connection;
};

TEST_F(CredentialsTest, EveryConnectionPresentsThemInOrder) {
    Credentials credentials({{"digest", "a:b"}, {"x", "y"}}, 100);
    for (int connections = 0; connections < 2; ++connections) {
        credentials.present(connection);
        EXPECT_THAT(sent(), ElementsAre("digest a:b", "x y"));
        EXPECT_THAT(answer(credentials), IsEmpty());
        EXPECT_TRUE(credentials.awaits_answer());
        EXPECT_THAT(answer(credentials), IsEmpty());
        EXPECT_FALSE(credentials.awaits_answer());
        credentials.disconnected();
    }
}

TEST_F(CredentialsTest, AnAnswerBelongsToThoseWhoWaitedWhenItWasRequested) {
    Credentials credentials({}, 100);
    credentials.add({"digest", "a:b"}, caller("one"), nullptr);
    credentials.add({"digest", "a:b"}, caller("two"), nullptr);
    credentials.present(connection);
    credentials.add({"digest", "a:b"}, caller("three"), &connection);
    EXPECT_THAT(sent(), ElementsAre("digest a:b", "digest a:b"));
    EXPECT_THAT(answer(credentials), ElementsAre("one", "two"));
    EXPECT_THAT(answer(credentials), ElementsAre("three"));
    EXPECT_EQ(credentials.held(), 1U);
}

TEST_F(CredentialsTest, CallersWaitForTheNextConnectionIfOneIsLost) {
    Credentials credentials({}, 100);
    credentials.add({"digest", "a:b"}, caller("one"), &connection);
    credentials.disconnected();
    EXPECT_FALSE(credentials.awaits_answer());
    EXPECT_EQ(credentials.held(), 2U);
    credentials.present(connection);
    EXPECT_THAT(sent(), ElementsAre("digest a:b", "digest a:b"));
    EXPECT_THAT(answer(credentials), ElementsAre("one"));
}

TEST_F(CredentialsTest, RefusedOnesAreNamedAndTheirCallersEndOnce) {
    Credentials credentials({}, 100);
    credentials.add({"digest", "a:b"}, caller("one"), &connection);
    credentials.add({"x", "y"}, caller("two"), &connection);
    EXPECT_FALSE(credentials.refused());
    EXPECT_THAT(answer(credentials, false), ElementsAre("one"));
    EXPECT_EQ(credentials.refused(), AuthData("digest", "a:b"));
    EXPECT_THAT(end(credentials), ElementsAre("two"));
    EXPECT_THAT(end(credentials), IsEmpty());
}

TEST_F(CredentialsTest, ForgottenOnesAreOnlyPresentedForCallersThatWait) {
    Credentials credentials({{"digest", "a:b"}}, 100);
    credentials.add({"x", "y"}, caller("one"), nullptr);
    credentials.forget();
    credentials.present(connection);
    EXPECT_THAT(sent(), ElementsAre("x y"));
    EXPECT_THAT(answer(credentials), ElementsAre("one"));
    credentials.disconnected();
    credentials.present(connection);
    EXPECT_THAT(sent(), IsEmpty());
}

TEST_F(CredentialsTest, AddedAgainTheyAreNoLongerForgotten) {
    Credentials credentials({{"digest", "a:b"}}, 100);
    credentials.forget();
    credentials.add({"digest", "a:b"}, caller("one"), &connection);
    EXPECT_THAT(answer(credentials), ElementsAre("one"));
    credentials.disconnected();
    connection.clear();
    credentials.present(connection);
    EXPECT_THAT(sent(), ElementsAre("digest a:b"));
}

TEST_F(CredentialsTest, TheLimitCountsTheWholeRequest) {
    const Credentials credentials({}, 30);
    const AuthData largest("digest", "1234");
    EXPECT_TRUE(credentials.fits(largest));
    EXPECT_FALSE(credentials.fits(AuthData("digest", "12345")));
    Credentials others({}, 30);
    others.add(largest, caller("one"), &connection);
    EXPECT_EQ(connection.size(), 4U + 30U) << "the length of a frame does not count";
}

TEST_F(CredentialsTest, ConfiguredOnesThatAreTooLargeAreRefused) {
    Credentials fitting({{"digest", "a:b"}}, 30);
    EXPECT_FALSE(fitting.refuse_oversized());
    EXPECT_FALSE(fitting.refused());
    Credentials credentials({{"digest", "a:b"}, {"digest", "12345"}}, 30);
    EXPECT_TRUE(credentials.refuse_oversized());
    EXPECT_EQ(credentials.refused(), AuthData("digest", "12345"));
}

TEST_F(CredentialsTest, CallersThatStillWaitAreAbandoned) {
    const auto waiting = detail::make_ref<Caller>();
    const auto ended = detail::make_ref<Caller>();
    {
        Credentials credentials({}, 100);
        credentials.add({"digest", "a:b"}, ended, &connection);
        EXPECT_THAT(credentials.held(), 2U);
        credentials.answered(true, [](const Cookie&) {});
        credentials.add({"digest", "a:b"}, waiting, &connection);
    }
    EXPECT_TRUE(waiting->abandoned);
    EXPECT_FALSE(ended->abandoned);
}

}  // namespace
}  // namespace kazoo::session
