// SPDX-License-Identifier: Apache-2.0
// What the session has to do with TLS: which connections use it, under which name, and the reasons
// that the transport gives for failures.
#include "support/session_script.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace kazoo::session {
namespace {

using testing::Contains;
using testing::Each;
using testing::HasSubstr;
using testing::Not;
using testing_support::script_config;
using testing_support::SessionScript;
using namespace std::chrono_literals;
using Network = SessionScript::Network;

constexpr const char* refused = "TLS: the server requires a client certificate";

Config tls_config(VerifyMode verify = VerifyMode::full) {
    auto config = script_config();
    config.tls = verify;
    return config;
}

std::string tried(SessionScript& s) {
    return to_string(s.session().last_attempts());
}

TEST(SessionTlsTest, WithTheOptionAllServersUseIt) {
    auto config = tls_config();
    config.hosts = {{"zk1", 2181}, {"zk2", 2281, HostScheme::tls}};
    SessionScript s(config);
    s.start();
    s.resolved();
    s.closed();
    s.resolved({"10.0.0.2", "10.0.0.3"});
    s.closed();
    s.closed();
    EXPECT_THAT(s.take(), Contains("connect 10.0.0.1:2181 with TLS as zk1"));
    EXPECT_THAT(tried(s), HasSubstr("tls://zk2:2281 (10.0.0.3)"));
    s.session().set_hosts({{"zk3", 2181}}, false);
    s.pass(s.until_deadline());
    s.resolved();
    EXPECT_THAT(s.take(), Contains("connect 10.0.0.1:2181 with TLS as zk3"));
}

TEST(SessionTlsTest, WithoutTheOptionTheSchemeDecides) {
    auto config = script_config();
    config.hosts = {{"zk1", 2181, HostScheme::tcp}, {"zk2", 2181, HostScheme::tls}};
    SessionScript s(config);
    s.start();
    s.resolved();
    EXPECT_THAT(s.take(), Contains("connect 10.0.0.1:2181"));
    s.closed();
    s.resolved();
    EXPECT_THAT(s.take(), Contains("connect 10.0.0.1:2181 with TLS as zk2"));
}

TEST(SessionTlsTest, TheSearchForAWritableServerUsesIt) {
    auto config = tls_config();
    config.hosts = {{"zk1", 2181}, {"zk2", 2181}};
    config.read_only = true;
    SessionScript s(config);
    s.establish({.read_only = true});
    for (int host = 0; host < 2; ++host) {  // the first one is the present server
        for (int i = 0; s.probing() == Network::idle && i < 100; ++i) {
            s.pass(s.until_deadline());
            while (s.probing() == Network::idle && s.serve_one()) {
            }
        }
        s.probe_resolved({host == 0 ? "10.0.0.1" : "10.0.0.2"});
    }
    EXPECT_THAT(s.take(), Contains("probe 10.0.0.2 with TLS as zk2"));
    s.probe_answered("rw");
    EXPECT_THAT(s.take(), Contains("connect 10.0.0.2:2181 with TLS as zk2"));
}

TEST(SessionTlsTest, TheWordsOfTheTransportAreTheReason) {
    SessionScript s(tls_config());
    s.start();
    s.resolved();
    s.closed("TLS: the handshake failed");
    EXPECT_EQ(tried(s), "tried zk1:2181 (10.0.0.1): TLS: the handshake failed");
    s.reconnect_until_asked();  // in TLS 1.3 a server refuses a client after the handshake
    s.closed(refused);
    EXPECT_EQ(tried(s), std::string("tried zk1:2181 (10.0.0.1): ") + refused);
    s.reconnect();
    s.take_logs();
    s.closed("TLS: the connection is broken");
    EXPECT_THAT(s.take_logs(), Contains(HasSubstr("TLS: the connection is broken")));
}

TEST(SessionTlsTest, ARefusalByTlsDoesNotMeanThatTheServersAreBehind) {
    for (const bool with_reason : {false, true}) {
        auto config = tls_config();
        config.connection_retry = RetryPolicy().delay(100ms).max_delay(500ms);
        SessionScript s(config);
        s.establish();
        s.get("r1");
        s.answer(0, 0x500);
        s.closed();
        bool asked = false;
        for (const auto end = s.now() + 5s; s.now() < end && !asked;) {
            if (s.network() == Network::idle) {
                s.pass(s.until_deadline());
            } else {
                s.reconnect_until_asked();
                s.closed(with_reason ? refused : "");
            }
            asked = s.probing() == Network::connecting;
        }
        EXPECT_EQ(asked, !with_reason);
        if (asked) {
            EXPECT_THAT(s.take(), Contains("srvr 10.0.0.1 with TLS as zk1"));
        }
    }
}

TEST(SessionTlsTest, ASilentServerMayNotHaveAnsweredTheHandshake) {
    SessionScript s(tls_config());
    s.start();
    s.resolved();
    s.pass(s.until_deadline());
    EXPECT_THAT(tried(s), HasSubstr("or the TLS handshake was not answered"));
    s.reconnect_until_asked();
    s.closed();
    EXPECT_THAT(tried(s), Not(HasSubstr("expects TLS")));
}

TEST(SessionTlsTest, WeakChecksAreLoggedOnceForEachStart) {
    for (const auto& [verify, text] :
         {std::pair(VerifyMode::none, "certificates of servers are not checked"),
          std::pair(
              VerifyMode::chain, "the names in the certificates of servers are not checked"
          )}) {
        SessionScript s(tls_config(verify));
        s.establish();
        s.closed();
        s.reconnect();
        const auto logs = s.take_logs();
        EXPECT_THAT(logs, Contains(HasSubstr(text)).Times(1));
    }
    SessionScript checked(tls_config());
    checked.establish();
    EXPECT_THAT(checked.take_logs(), Each(Not(HasSubstr("not checked"))));
}

}  // namespace
}  // namespace kazoo::session
