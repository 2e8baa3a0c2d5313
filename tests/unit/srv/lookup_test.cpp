// SPDX-License-Identifier: Apache-2.0
// Lookups of SRV records, with a name server of the test's, up to a whole client.
#include "srv/lookup.hpp"

#include "dns_server.hpp"

#include <kazoo/kazoo.hpp>
#include <kazoo/srv.hpp>
#include <kazoo/testing/server.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace kazoo::srv {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using testing_support::DnsAnswer;
using testing_support::DnsServer;
using namespace std::chrono_literals;

// Absolute, so that no domain of this machine is appended.
constexpr const char* name = "_zookeeper._tcp.example.com.";

Found look_up_at(const DnsServer& server, std::chrono::milliseconds timeout = 5s) {
    return look_up(name, SrvOptions().name_server(server.address()).timeout(timeout));
}

TEST(SrvLookupTest, ReadsTheRecords) {
    DnsServer server([](DnsAnswer answer, bool) {
        return answer.record(10, 5, 2181, "zk1.example.com")
            .record(20, 0, 2182, "zk2.example.com")
            .bytes();
    });
    const auto found = look_up_at(server);
    EXPECT_EQ(found.failure, "");
    ASSERT_THAT(found.records, SizeIs(2));
    for (const auto& record : found.records) {
        const bool first = record.priority == 10;
        EXPECT_EQ(record.weight, first ? 5 : 0);
        EXPECT_EQ(record.port, first ? 2181 : 2182);
        EXPECT_EQ(record.target, first ? "zk1.example.com" : "zk2.example.com");
    }
}

TEST(SrvLookupTest, ATruncatedAnswerIsAskedForOverTcp) {
    DnsServer server([](DnsAnswer answer, bool tcp) {
        if (!tcp) {
            return answer.truncated().bytes();
        }
        for (int i = 0; i < 40; ++i) {
            answer.record(1, 1, 2181, "a-long-name-" + std::to_string(i) + ".example.com");
        }
        return answer.bytes();
    });
    const auto found = look_up_at(server);
    EXPECT_EQ(found.failure, "");
    EXPECT_THAT(found.records, SizeIs(40));
}

TEST(SrvLookupTest, ALostPacketIsSentAgain) {
    int seen = 0;  // on the server's thread
    DnsServer server([&seen](DnsAnswer answer, bool) {
        return ++seen == 1 ? std::string() : answer.record(1, 1, 2181, "zk1").bytes();
    });
    const auto found = look_up_at(server, 7s);
    EXPECT_EQ(found.failure, "");
    EXPECT_THAT(found.records, SizeIs(1));
}

TEST(SrvLookupTest, FailuresHaveAReason) {
    const auto failure = [](const DnsServer::Script& script) {
        DnsServer server(script);
        const auto found = look_up_at(server, 1s);
        EXPECT_THAT(found.records, IsEmpty());
        EXPECT_THAT(found.failure, HasSubstr(name));
        return found.failure;
    };
    EXPECT_THAT(
        failure([](DnsAnswer answer, bool) { return answer.code(3).bytes(); }),
        HasSubstr("not found")
    );
    EXPECT_THAT(
        failure([](DnsAnswer answer, bool) { return answer.bytes(); }), HasSubstr("no data")
    ) << "an empty answer";
    EXPECT_NE(failure([](DnsAnswer answer, bool) { return answer.code(5).bytes(); }), "");
    EXPECT_NE(failure([](DnsAnswer answer, bool) { return answer.claim(3).bytes(); }), "")
        << "fewer records than announced";
    EXPECT_NE(
        failure([](DnsAnswer answer, bool) {
            const auto whole = answer.record(1, 1, 2181, "zk1.example.com").bytes();
            return whole.substr(0, whole.size() - 9);
        }),
        ""
    ) << "a record that is cut off";
    EXPECT_THAT(
        failure([](DnsAnswer answer, bool) { return answer.record(0, 0, 0, "").bytes(); }),
        HasSubstr("no such service")
    );
}

TEST(SrvLookupTest, EndsInTimeIfThereIsNoAnswer) {
    DnsServer server([](const DnsAnswer&, bool) { return std::string(); });
    const auto before = std::chrono::steady_clock::now();
    const auto found = look_up_at(server, 300ms);
    EXPECT_THAT(found.failure, HasSubstr("has failed"));
    EXPECT_LT(std::chrono::steady_clock::now() - before, 10s);
    EXPECT_GE(server.queries(), 1);
}

TEST(SrvLookupTest, JunkIsNoAnswer) {
    DnsServer server([](const DnsAnswer& answer, bool) {
        return answer.bytes().substr(0, 2) + std::string(200, '\xff');
    });
    EXPECT_NE(look_up_at(server, 300ms).failure, "");
}

TEST(SrvLookupTest, AMalformedNameServerIsAFailure) {
    const auto found = look_up(name, SrvOptions().name_server("nowhere").timeout(300ms));
    EXPECT_NE(found.failure, "");
}

TEST(SrvHostsTest, InvalidArgumentsAreRefused) {
    EXPECT_THROW(static_cast<void>(srv_hosts("")), ConfigurationError);
    EXPECT_THROW(static_cast<void>(srv_hosts(std::string(256, 'a'))), ConfigurationError);
    EXPECT_THROW(static_cast<void>(srv_hosts(std::string("a\0b", 3))), ConfigurationError);
    EXPECT_THROW(static_cast<void>(srv_hosts("a", SrvOptions().timeout(0ms))), ConfigurationError);
}

TEST(SrvHostsTest, AClientFindsItsServer) {
    kazoo::testing::Server zookeeper;
    const auto hosts = parse_hosts(zookeeper.hosts()).value();
    const auto port = hosts.hosts.front().port;
    DnsServer server([port](DnsAnswer answer, bool) {
        return answer.record(1, 1, 1, "127.0.0.1").record(2, 1, port, "127.0.0.1").bytes();
    });
    KazooClient zk(
        ClientOptions().host_provider(srv_hosts(name, SrvOptions().name_server(server.address())))
    );
    zk.start(20s);
    EXPECT_EQ(zk.connected_server(), "127.0.0.1:" + std::to_string(port));
    EXPECT_TRUE(zk.exists("/"));
    zk.stop();
}

TEST(SrvHostsTest, AClientThatFindsNoneSaysWhy) {
    DnsServer server([](DnsAnswer answer, bool) { return answer.code(3).bytes(); });
    KazooClient zk(ClientOptions()
                       .host_provider(srv_hosts(name, SrvOptions().name_server(server.address())))
                       .connection_retry(RetryPolicy().max_tries(1).delay(10ms)));
    try {
        zk.start(20s);
        ADD_FAILURE() << "there is no server";
    } catch (const ConnectionLoss& error) {
        EXPECT_THAT(std::string(error.what()), HasSubstr("host provider"));
        EXPECT_THAT(std::string(error.what()), HasSubstr("not found"));
    }
}

TEST(SrvHostsTest, ServersMayBeOnesWithTls) {
    const kazoo::testing::Server plain;
    const auto port = plain.port();
    DnsServer server([port](DnsAnswer answer, bool) {
        return answer.record(1, 1, port, "127.0.0.1").bytes();
    });
    const auto options = SrvOptions().name_server(server.address()).tls(true);
    KazooClient zk(ClientOptions()
                       .host_provider(srv_hosts(name, options))
                       .connection_retry(RetryPolicy().max_tries(1).delay(10ms)));
    try {
        zk.start(20s);
        ADD_FAILURE() << "connected without TLS";
    } catch (const ConnectionLoss& error) {
        const auto address = "tls://127.0.0.1:" + std::to_string(port);
        EXPECT_THAT(std::string(error.what()), HasSubstr(address + ": TLS: "));
    }
}

}  // namespace
}  // namespace kazoo::srv
