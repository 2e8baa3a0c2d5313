// SPDX-License-Identifier: Apache-2.0
// What a whole client leaves in the memory that it frees: none of the secrets that it was given.
// The server is in another process, so that all copies are the client's.
#include "patience.hpp"
#include "server_process.hpp"
#include "support/allocations/allocations.hpp"
#include "support/handler_kit.hpp"

#include <kazoo/kazoo.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace kazoo {
namespace {

using testing_support::FreedSecret;
using testing_support::handler_kind;
using namespace std::chrono_literals;

using memory_tests::patience;
/// Longer than what a std::string holds without memory of its own.
constexpr const char* credential = "alice:a password that is long enough";
constexpr const char* token = "a token with a secret that is long enough";

/// Sends the token.
class TokenMechanism final : public SaslMechanism {
public:
    [[nodiscard]] std::string_view name() const noexcept override { return "TOKEN"; }
    [[nodiscard]] SaslStep start() override { return SaslStep::token(token); }
    [[nodiscard]] SaslStep step(std::string_view) override { return SaslStep::complete(); }
};

class SecretsInFreedMemory : public ::testing::Test {
protected:
    ClientOptions options() {
        return ClientOptions()
            .hosts(memory_tests::server_hosts)
            .handler(kit_->handler())
            .logger(Logger::none());
    }
    void make_client(ClientOptions options) { zk_.emplace(std::move(options)); }
    void end_client() {
        zk_.reset();
        EXPECT_TRUE(kit_->shut_down(patience));
    }

    std::unique_ptr<testing_support::HandlerKit> kit_ = handler_kind("Threading").make();
    std::optional<KazooClient> zk_;
};

TEST_F(SecretsInFreedMemory, AreNoConfiguredCredentials) {
    make_client(options().auth_data({AuthData("digest", credential)}));
    const FreedSecret freed(credential);
    zk_->start(patience);
    zk_->stop();
    zk_->start(patience);  // presents them again
    end_client();
    EXPECT_EQ(freed.found(), 0);
}

TEST_F(SecretsInFreedMemory, AreNoAddedCredentials) {
    make_client(options());
    zk_->start(patience);
    const FreedSecret freed(credential);
    zk_->add_auth("digest", credential);
    zk_->add_auth("digest", credential);
    zk_->stop();
    zk_->start(patience);
    end_client();
    EXPECT_EQ(freed.found(), 0);
}

TEST_F(SecretsInFreedMemory, AreNoForgottenCredentials) {
    make_client(options().auth_data({AuthData("digest", credential)}));
    const FreedSecret freed(credential);
    EXPECT_THROW(zk_->add_auth("digest", credential), ConnectionClosedError);
    zk_->start(patience);  // presents both
    zk_->forget_auth();
    end_client();
    EXPECT_EQ(freed.found(), 0);
}

TEST_F(SecretsInFreedMemory, AreNoRefusedCredentials) {
    make_client(options().auth_data({AuthData("no-such-scheme", credential)}));
    const FreedSecret freed(credential);
    EXPECT_THROW(zk_->start(patience), AuthFailedError);
    end_client();
    EXPECT_EQ(freed.found(), 0);
}

TEST_F(SecretsInFreedMemory, AreNoSaslTokens) {
    make_client(options().sasl([](const SaslServer&) { return std::make_unique<TokenMechanism>(); })
    );
    const FreedSecret freed(token);
    zk_->start(patience);  // the server, which has no users, accepts the token
    end_client();
    EXPECT_EQ(freed.found(), 0);
}

TEST_F(SecretsInFreedMemory, AreNoPasswordsOfSessions) {
    make_client(options());
    zk_->start(patience);
    const auto session = zk_->client_id().value();
    const FreedSecret freed(session.password);
    end_client();
    EXPECT_EQ(freed.found(), 0);
}

TEST_F(SecretsInFreedMemory, AreNoPasswordsOfSessionsToResume) {
    const ClientId ended(1, "0123456789abcdef, and longer");
    make_client(options().client_id(ended));
    const FreedSecret freed(ended.password);
    zk_->start(patience);  // the server knows no such session, and makes another one
    end_client();
    EXPECT_EQ(freed.found(), 0);
}

}  // namespace
}  // namespace kazoo
