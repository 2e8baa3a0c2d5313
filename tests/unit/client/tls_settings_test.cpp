// SPDX-License-Identifier: Apache-2.0
// What the constructor of a client refuses of its settings for TLS, and the warnings that it logs.
#include "support/handler_fixture.hpp"

#include <kazoo/client.hpp>
#include <kazoo/exceptions.hpp>

#include <gtest/gtest.h>

#include <string>

namespace kazoo {
namespace {

using testing_support::thrown;

std::string refusal_of(ClientOptions options) {
    const auto error = thrown<ConfigurationError>([&] {
        KazooClient zk(std::move(options).logger(Logger::none()));
    });
    return error.detail();
}

TEST(TlsSettings, ContradictionsAreConfigurationErrors) {
    EXPECT_EQ(
        refusal_of(ClientOptions().tls(TlsOptions().key_file("key.pem"))),
        "TlsOptions: the private key has no certificate; give certificate_file or certificate_pem"
    );
}

TEST(TlsSettings, WithTheOptionNoServerIsWithoutTls) {
    const auto options = ClientOptions().tls(TlsOptions());
    EXPECT_EQ(
        refusal_of(ClientOptions(options).hosts("tls://a,tcp://b:1")),
        "hosts: with ClientOptions::tls no server is connected to without TLS: tcp://b:1"
    );
    KazooClient zk(ClientOptions(options).hosts("a,b").logger(Logger::none()));
    EXPECT_EQ(
        thrown<ConfigurationError>([&] { zk.set_hosts("tcp://a"); }).detail(),
        "with ClientOptions::tls no server is connected to without TLS: tcp://a:2181"
    );
    zk.set_hosts("tls://a");
}

TEST(TlsSettings, WithoutTheOptionSchemesDecide) {
    KazooClient zk(ClientOptions().hosts("tls://a,tcp://b").logger(Logger::none()));
    zk.set_hosts("tcp://a");
    zk.set_hosts("a");
}

}  // namespace
}  // namespace kazoo
