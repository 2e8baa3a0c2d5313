// SPDX-License-Identifier: Apache-2.0
// Tests of the options of `kazoo serve`.
#include "embedded_fixture.hpp"
#include "support/raw_client.hpp"
#include "tool_process.hpp"

#include <kazoo/security.hpp>

#include <csignal>
#include <string>
#include <vector>

namespace kazoo::embedded_tests {
namespace {

using testing_support::RawClient;
using testing_support::ToolProcess;

std::vector<std::string> serve(std::vector<std::string> more) {
    std::vector<std::string> all{"serve", "--listen", "127.0.0.1:0"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
}

std::uint16_t port_of(const std::string& hosts) {
    return static_cast<std::uint16_t>(std::stoi(hosts.substr(hosts.rfind(':') + 1)));
}

std::string word(const std::string& hosts, std::string_view name) {
    RawClient client(port_of(hosts));
    client.send(name);
    return client.read_all();
}

/// Creates a node of a kind that the client's API does not offer.
Errc raw_create(const std::string& hosts, codec::Opcode op, std::string_view path) {
    RawClient client(port_of(hosts));
    EXPECT_NE(client.connect(), 0);
    const AclList acl = open_acl_unsafe();
    if (op == codec::Opcode::create_ttl) {
        client.request(codec::CreateTtlRequest{path, "", acl, 5, 1000});
    } else {
        client.send_frame(codec::RequestHeader{1, op}, codec::CreateRequest{path, "", acl, 4});
    }
    const auto frame = client.read_frame();
    codec::Decoder in(std::as_bytes(std::span(frame)));
    codec::ReplyHeader reply;
    EXPECT_TRUE(codec::decode(in, reply));
    return static_cast<Errc>(reply.err);
}

TEST(KazooServeOptions, ARestartedServerResumesItsSessions) {
    auto first = std::make_unique<ToolProcess>(serve({}));
    const auto address = first->first_line();
    KazooClient zk(to(address));
    StateLog states(zk);
    zk.start(patience);
    zk.create("/a", "x");
    first.reset();
    ASSERT_TRUE(states.wait_for(SUSPENDED));
    ToolProcess second({"serve", "--listen", address});
    ASSERT_EQ(second.first_line(), address);
    EXPECT_TRUE(becomes_true([&] { return zk.connected(); }));
    EXPECT_FALSE(zk.exists("/a").has_value());
}

TEST(KazooServeOptions, TheFirstZxidCanBeChosen) {
    ToolProcess tool(serve({"--first-zxid", "41"}));
    const auto address = tool.first_line();
    EXPECT_NE(word(address, "srvr").find("Zxid: 0x29\n"), std::string::npos);
    ToolProcess now(serve({}));
    const auto srvr = word(now.first_line(), "srvr");
    const auto zxid = std::stoll(srvr.substr(srvr.find("Zxid: ") + 6), nullptr, 16);
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(since).count();
    EXPECT_LE(zxid >> 20, seconds);
    EXPECT_GT(zxid >> 20, seconds - 100);
}

TEST(KazooServeOptions, Releases) {
    for (const std::string release : {"3.4", "3.5", "3.6", "3.7", "3.8", "3.9"}) {
        ToolProcess tool(serve({"--release", release}));
        const auto srvr = word(tool.first_line(), "srvr");
        EXPECT_EQ(srvr.find("Zookeeper version: " + release + "."), 0U) << srvr;
    }
    ToolProcess keeper(serve({"--release", "keeper"}));
    EXPECT_EQ(word(keeper.first_line(), "srvr").find("ClickHouse Keeper version: "), 0U);
    ToolProcess unknown(serve({"--release", "2.0"}));
    EXPECT_EQ(unknown.exit_code(), 2);
}

TEST(KazooServeOptions, TimeoutsAndLimits) {
    ToolProcess tool(serve(
        {"--min-session-timeout",
         "300",
         "--max-session-timeout",
         "400",
         "--max-connections",
         "2",
         "--max-request",
         "2048"}
    ));
    const auto address = tool.first_line();
    const auto conf = word(address, "conf");
    EXPECT_NE(conf.find("minSessionTimeout=300\nmaxSessionTimeout=400\n"), std::string::npos);
    EXPECT_NE(conf.find("maxClientCnxns=2\n"), std::string::npos);
    StartedClient zk(to(address).timeout(1ms));
    EXPECT_EQ(zk.session_timeout(), 300ms);
    zk.create("/a", std::string(1000, 'x'));
    EXPECT_THROW(zk.set("/a", std::string(3000, 'x')), KazooException);
}

TEST(KazooServeOptions, SuperUserTtlNodesAndReaper) {
    ToolProcess tool(serve(
        {"--super-digest",
         make_digest_acl_credential("super", "secret"),
         "--ttl-nodes",
         "false",
         "--reaper",
         "50"}
    ));
    const auto address = tool.first_line();
    StartedClient zk(address);
    zk.create("/locked", "", CreateOptions().acl({Acl(0, anyone_id_unsafe())}));
    EXPECT_THROW(zk.get("/locked"), NoAuthError);
    EXPECT_EQ(raw_create(address, codec::Opcode::create_ttl, "/ttl"), Errc::unimplemented);
    EXPECT_EQ(raw_create(address, codec::Opcode::create_container, "/box"), Errc::ok);
    zk.create("/box/a");
    zk.delete_("/box/a");
    EXPECT_TRUE(becomes_true([&] { return !zk.exists("/box").has_value(); }));
    zk.add_auth("digest", "super:secret");
    EXPECT_EQ(zk.get("/locked").data, "");
}

TEST(KazooServeOptions, ReadOnly) {
    ToolProcess tool(serve({"--read-only"}));
    const auto address = tool.first_line();
    StartedClient zk(to(address).read_only(true));
    EXPECT_EQ(zk.state(), CONNECTED);
    EXPECT_TRUE(zk.exists("/").has_value());
    EXPECT_EQ(word(address, "isro"), "ro");
}

TEST(KazooServeOptions, AnEnsemblePrintsTheAddressesOfAll) {
    ToolProcess tool(serve({"--ensemble", "3"}));
    const auto hosts = tool.first_line();
    ASSERT_EQ(std::count(hosts.begin(), hosts.end(), ','), 2) << hosts;
    StartedClient one(hosts.substr(0, hosts.find(',')));
    StartedClient other(hosts.substr(hosts.rfind(',') + 1));
    one.create("/a", "x");
    EXPECT_EQ(other.get("/a").data, "x");
    ToolProcess both(serve({"--ensemble", "3", "--read-only"}));
    EXPECT_EQ(both.exit_code(), 2);
}

TEST(KazooServeOptions, HardLimitsOfQuotas) {
    for (const bool enforced : {true, false}) {
        ToolProcess tool(serve(
            enforced ? std::vector<std::string>{"--enforce-quota"} : std::vector<std::string>{}
        ));
        StartedClient zk(tool.first_line());
        zk.create("/a");
        zk.create("/zookeeper/quota/a");
        zk.create(
            "/zookeeper/quota/a/zookeeper_limits",
            "count=-1,bytes=-1=;byteHardLimit=10;countHardLimit=2"
        );
        zk.create("/zookeeper/quota/a/zookeeper_stats", "count=0,bytes=0");
        zk.create("/a/b", "12345");
        if (enforced) {
            EXPECT_THROW(zk.create("/a/c"), QuotaExceededError);
            EXPECT_THROW(zk.set("/a/b", "12345678901"), QuotaExceededError);
            zk.set("/a/b", "1234567890");
        } else {
            zk.create("/a/c");
            zk.set("/a/b", "12345678901");
        }
    }
}

TEST(KazooServeOptions, TheHelpNamesEveryOption) {
    ToolProcess help({"serve", "--help"});
    EXPECT_EQ(help.exit_code(), 0);
    for (const std::string option :
         {"--listen",
          "--tick",
          "--release",
          "--super-digest",
          "--reaper",
          "--min-session-timeout",
          "--max-session-timeout",
          "--max-request",
          "--max-connections",
          "--ttl-nodes",
          "--first-zxid",
          "--read-only",
          "--ensemble",
          "--enforce-quota",
          "--takeover-closes-first",
          "--tls-cert",
          "--tls-key",
          "--tls-key-password-file",
          "--tls-client-ca",
          "--tls-client-auth",
          "--tls-client-crl",
          "--sasl-users",
          "--sasl-super-user",
          "--require-sasl"}) {
        EXPECT_NE(help.output().find(option + " "), std::string::npos) << option;
    }
}

}  // namespace
}  // namespace kazoo::embedded_tests
