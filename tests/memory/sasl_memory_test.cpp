// SPDX-License-Identifier: Apache-2.0
// Clients that authenticate by SASL while memory is short: a client that has started is
// authenticated, and none is refused for want of memory.
#include "each_allocation.hpp"
#include "patience.hpp"
#include "server_process.hpp"
#include "support/allocations/allocations.hpp"
#include "support/digest_md5.hpp"
#include "support/handler_kit.hpp"

#include <kazoo/kazoo.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>

namespace kazoo {
namespace {

using testing_support::DigestMd5;
using testing_support::Exposed;
using testing_support::handler_kind;
using testing_support::Shortage;
using testing_support::Spared;
using namespace std::chrono_literals;

using memory_tests::patience;

/// DIGEST-MD5 whose steps run on threads, or not.
class Digest final : public SaslMechanism {
public:
    explicit Digest(bool blocks) : digest_("bob", "bobsecret"), blocks_(blocks) {}
    [[nodiscard]] std::string_view name() const noexcept override { return digest_.name(); }
    [[nodiscard]] SaslStep start() override { return digest_.start(); }
    [[nodiscard]] SaslStep step(std::string_view challenge) override {
        return digest_.step(challenge);
    }
    [[nodiscard]] bool may_block() const noexcept override { return blocks_; }

private:
    DigestMd5 digest_;
    const bool blocks_;
};

class SaslMemoryTest : public ::testing::TestWithParam<bool> {};

TEST_P(SaslMemoryTest, AClientAuthenticatesWhateverAllocationFails) {
    const Spared test_itself;
    auto kit = handler_kind("Threading").make();
    memory_tests::for_each_allocation(60s, [&](long nth) {
        bool met = false;
        const bool blocks = GetParam();
        KazooClient zk(ClientOptions()
                           .hosts(memory_tests::server_hosts)
                           .handler(kit->handler())
                           .sasl([blocks](const SaslServer&) {
                               return std::make_unique<Digest>(blocks);
                           })
                           .logger(Logger::none()));
        {
            const Shortage shortage(nth);
            try {
                const Exposed client;
                zk.start(patience);
            } catch (const AuthFailedError& refused) {
                ADD_FAILURE() << refused.what();
            } catch (const KazooException&) {
            } catch (const std::bad_alloc&) {
            }
            met = shortage.met();
        }
        if (!zk.connected()) {
            zk.start(patience);
        }
        const auto node =
            CreateOptions().ephemeral().acl({Acl(Permissions::all, Id("sasl", "bob"))});
        zk.create("/sasl-" + std::to_string(nth), "x", node);
        EXPECT_EQ(zk.get("/sasl-" + std::to_string(nth)).data, "x");
        zk.stop();
        return met;
    });
    EXPECT_TRUE(kit->shut_down(patience));
}

INSTANTIATE_TEST_SUITE_P(Steps, SaslMemoryTest, ::testing::Bool(), [](const auto& blocks) {
    return std::string(blocks.param ? "OnThreads" : "OnTheExecutor");
});

}  // namespace
}  // namespace kazoo
