// SPDX-License-Identifier: Apache-2.0
#include <kazoo/exceptions.hpp>
#include <kazoo/hosts.hpp>

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <string_view>
#include <type_traits>

namespace {

using kazoo::HostPort;
using kazoo::Hosts;
using kazoo::HostScheme;
using kazoo::parse_hosts;
using kazoo::Result;

static_assert(!std::is_aggregate_v<HostPort>);
static_assert(!std::is_aggregate_v<Hosts>);

std::string parsed(std::string_view text) {
    const Result<Hosts> hosts = parse_hosts(text);
    return hosts ? to_string(*hosts) : "refused: " + hosts.failure().detail();
}

TEST(ConnectString, OneServer) {
    EXPECT_EQ(*parse_hosts("zk1:2182"), Hosts({HostPort("zk1", 2182)}, ""));
    EXPECT_EQ(*parse_hosts("127.0.0.1"), Hosts({HostPort("127.0.0.1", 2181)}, ""));
}

TEST(ConnectString, SeveralServersInTheirOrder) {
    EXPECT_EQ(parsed("c:1,a:65535,b,a:65535"), "c:1,a:65535,b:2181,a:65535");
}

TEST(ConnectString, BlanksAreDropped) {
    EXPECT_EQ(parsed("  a:1 ,\tb : 2 , [::1] : 3\n"), "a:1,b:2,[::1]:3");
    EXPECT_EQ(parsed(" a /app "), "a:2181/app");
}

TEST(ConnectString, NamesAreLowerCased) {
    EXPECT_EQ(parsed("ZK-1.Example_.ORG:1"), "zk-1.example_.org:1");
    EXPECT_EQ(parsed("a/App"), "a:2181/App");
}

TEST(ConnectString, Ipv6StandsInBrackets) {
    EXPECT_EQ(*parse_hosts("[::1]:2182"), Hosts({HostPort("::1", 2182)}, ""));
    EXPECT_EQ(*parse_hosts("[::1]"), Hosts({HostPort("::1", 2181)}, ""));
    EXPECT_EQ(
        parsed("[FE80::1%eth0],[::ffff:10.0.0.1]:1"), "[fe80::1%eth0]:2181,[::ffff:10.0.0.1]:1"
    );
}

TEST(ConnectString, TheZoneOfAnAddressKeepsItsCase) {
    EXPECT_EQ(parse_hosts("[FE80::1%Brx]:2182")->hosts.at(0), HostPort("fe80::1%Brx", 2182));
    EXPECT_EQ(parsed("[fe80::ABC%vEth-1A.2]"), "[fe80::abc%vEth-1A.2]:2181");
}

TEST(ConnectString, ChrootIsNormalised) {
    EXPECT_EQ(parsed("a,b/app/x"), "a:2181,b:2181/app/x");
    EXPECT_EQ(parsed("a//app//x/"), "a:2181/app/x");
    EXPECT_EQ(parse_hosts("a/")->chroot, "");
    EXPECT_EQ(parse_hosts("a")->chroot, "");
}

TEST(ConnectString, BlanksAndSlashesAfterTheChrootAreDropped) {
    EXPECT_EQ(parsed("a/app "), "a:2181/app");
    EXPECT_EQ(parsed("a/app /"), "a:2181/app");
    EXPECT_EQ(parsed("a/app / / "), "a:2181/app");
    EXPECT_EQ(parsed("a/app / x"), "a:2181/app / x");
    EXPECT_EQ(parse_hosts("a/ /")->chroot, "");
}

TEST(ConnectString, PrintedFormsAreParsedBack) {
    const Hosts hosts({HostPort("a", 1), HostPort("::1", 2), HostPort("10.0.0.1", 3)}, "/x/y");
    std::ostringstream out;
    out << hosts;
    EXPECT_EQ(*parse_hosts(out.str()), hosts);
    std::ostringstream server;
    server << hosts.hosts[1];
    EXPECT_EQ(server.str(), "[::1]:2");
}

TEST(ConnectString, FailuresAreConfigurationErrors) {
    const Result<Hosts> hosts = parse_hosts("a:b");
    ASSERT_FALSE(hosts);
    EXPECT_EQ(hosts.error(), kazoo::ClientErrc::configuration);
    EXPECT_EQ(hosts.failure().outcome(), kazoo::Outcome::not_sent);
    EXPECT_THROW((void)hosts.value(), kazoo::ConfigurationError);
}

TEST(ConnectString, NeedsAServer) {
    EXPECT_EQ(parsed(""), "refused: hosts: no host is given: ''");
    EXPECT_EQ(parsed(" \t"), "refused: hosts: no host is given: ''");
    EXPECT_EQ(parsed("/app"), "refused: hosts: no host is given: '/app'");
    EXPECT_EQ(parsed("a,"), "refused: hosts: a host is empty: ''");
    EXPECT_EQ(parsed("a,,b"), "refused: hosts: a host is empty: ''");
    EXPECT_EQ(parsed(":1"), "refused: hosts: the host before the port is missing: ':1'");
}

TEST(ConnectString, PortsAreNumbersFrom1To65535) {
    for (const char* server :
         {"a:",
          "a:0",
          "a:65536",
          "a:-1",
          "a:+1",
          "a:1x",
          "a:0x1",
          "a:1 1",
          "a:99999999999999999999",
          "[::1]:",
          "[::1]:x"}) {
        EXPECT_EQ(
            parsed("ok," + std::string(server)),
            "refused: hosts: the port must be a number from 1 to 65535: '" + std::string(server) +
                "'"
        );
    }
}

TEST(ConnectString, BareIpv6IsRefusedWithAnExample) {
    for (const char* server : {"::1", "fe80::1:2181", "a:1:2", "fe80::1%Brx", "::ffff:1.2.3.4"}) {
        EXPECT_EQ(
            parsed(server),
            "refused: hosts: an IPv6 address needs brackets, as in [::1]:2181: '" +
                std::string(server) + "'"
        );
    }
}

TEST(ConnectString, BracketsAreBalancedAndHoldIpv6) {
    EXPECT_EQ(parsed("[::1"), "refused: hosts: the closing bracket is missing: '[::1'");
    EXPECT_EQ(parsed("["), "refused: hosts: the closing bracket is missing: '['");
    EXPECT_EQ(parsed("[]"), "refused: hosts: brackets hold an IPv6 address: '[]'");
    EXPECT_EQ(parsed("[zk1]:1"), "refused: hosts: brackets hold an IPv6 address: '[zk1]:1'");
    EXPECT_EQ(parsed("[[::1]]"), "refused: hosts: brackets hold an IPv6 address: '[[::1]]'");
    EXPECT_EQ(
        parsed("[::1]1"), "refused: hosts: only a port can follow the closing bracket: '[::1]1'"
    );
    EXPECT_EQ(parsed("zk1]"), "refused: hosts: not a host name: 'zk1]'");
}

TEST(ConnectString, InvalidHostNamesAreQuoted) {
    EXPECT_EQ(parsed("a b"), "refused: hosts: not a host name: 'a b'");
    EXPECT_EQ(parsed("a\x01z"), "refused: hosts: not a host name: 'a\\x01z'");
    EXPECT_EQ(parsed(std::string_view("a\0b", 3)), "refused: hosts: not a host name: 'a\\x00b'");
}

TEST(ConnectString, OtherSeparatorsThanCommasAreNamed) {
    EXPECT_EQ(
        parsed("a:2181;b:2181"),
        "refused: hosts: servers are separated by commas, not by semicolons: 'a:2181;b:2181'"
    );
    EXPECT_EQ(
        parsed("a:2181 b:2181"),
        "refused: hosts: servers are separated by commas, not by blanks: 'a:2181 b:2181'"
    );
    EXPECT_EQ(
        parsed("zk1:2181:2182"),
        "refused: hosts: a server has the form host:port; this has more than one colon: "
        "'zk1:2181:2182'"
    );
}

TEST(ConnectString, CredentialsAreRefusedAndNotQuoted) {
    for (const char* text :
         {"digest:u:p@a", "u:p@a:2181", "me@a:1", "a:1,u:p@b", "digest:u:p/q@a", "digest:u:p"}) {
        EXPECT_EQ(
            parsed(text),
            "refused: hosts: credentials do not belong in the connect string; give them to "
            "ClientOptions::auth_data or KazooClient::add_auth"
        ) << text;
    }
    EXPECT_EQ(parsed("a/app@v2"), "a:2181/app@v2");
}

TEST(ConnectString, EachServerHasAScheme) {
    const auto hosts = *parse_hosts("tls://zk1:2281,TLS://[::1], tcp://zk3 /app");
    const Hosts expected(
        {HostPort("zk1", 2281, HostScheme::tls),
         HostPort("::1", 2181, HostScheme::tls),
         HostPort("zk3", 2181, HostScheme::tcp)},
        "/app"
    );
    EXPECT_EQ(hosts, expected);
    EXPECT_EQ(to_string(hosts), "tls://zk1:2281,tls://[::1]:2181,tcp://zk3:2181/app");
    EXPECT_EQ(*parse_hosts(to_string(hosts)), hosts);
    EXPECT_EQ(parsed("tls://a//app/"), "tls://a:2181/app");
    EXPECT_EQ(parsed("a"), "a:2181") << "no scheme is not the same as tcp://";
}

TEST(ConnectString, ASchemeOfSomeServersOnlyIsRefused) {
    for (const char* text :
         {"tls://a:1,b:2", "a:1,tls://b:2", "tcp://a:1,b:2", "a,tcp://b,tls://c"}) {
        EXPECT_EQ(
            parsed(text + std::string("/app")),
            "refused: hosts: some servers have a scheme and some have none; write tls:// or tcp:// "
            "before each: '" +
                std::string(text) + "'"
        );
    }
}

TEST(ConnectString, OtherSchemesAreRefused) {
    for (const char* text : {"zk://a:2181", "tls://tls://a", "tls://zk://a", "a://app", "://a"}) {
        EXPECT_EQ(
            parsed("tls://x," + std::string(text)),
            "refused: hosts: the scheme of a server is tls:// or tcp://, or there is none: '" +
                std::string(text) + "'"
        );
    }
    EXPECT_EQ(parsed("tls://"), "refused: hosts: a host is empty: ''");
    EXPECT_EQ(parsed("tls:///app"), "refused: hosts: a host is empty: ''");
    EXPECT_EQ(
        parsed("tls:/a"), "refused: hosts: the port must be a number from 1 to 65535: 'tls:'"
    );
}

TEST(ConnectString, CredentialsInAUrlAreNotQuoted) {
    for (const char* text : {"zk://u:p@a:2181/app", "tls://u:p@a", "a,tls://u:p@b/app"}) {
        EXPECT_EQ(parsed(text).find("refused: hosts: credentials do not belong"), 0U) << text;
    }
}

TEST(ConnectString, AServerAfterTheChrootIsRefused) {
    for (const char* chroot :
         {"/app,zk2:2181/app",
          "/app,zk2:2181",
          "/app;zk2:2181",
          "/app, zk2:2181/app",
          "/app zk2:2181",
          "/app,[::1]:2181/app",
          "/app,zk2,zk3:2181",
          "/app,tls://zk2"}) {
        EXPECT_EQ(
            parsed("zk1:2181" + std::string(chroot)),
            "refused: hosts: the chroot is given once, after the last server, as in "
            "zk1:2181,zk2:2181/app: '" +
                std::string(chroot) + "'"
        );
    }
    // Text after the slash is not parsed as a server, as a path may contain these characters.
    EXPECT_EQ(parsed("a/x,y"), "a:2181/x,y");
    EXPECT_EQ(parsed("a/x:1"), "a:2181/x:1");
    EXPECT_EQ(parsed("a/x,y:z"), "a:2181/x,y:z");
    EXPECT_EQ(parsed("a/x, :1"), "a:2181/x, :1");
}

TEST(ConnectString, ChrootIsCheckedAsAPath) {
    EXPECT_EQ(
        parsed("a/x/../y"),
        "refused: hosts: the chroot is not a valid path (component '..' at byte 3): '/x/../y'"
    );
}

}  // namespace
