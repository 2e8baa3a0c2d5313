// SPDX-License-Identifier: Apache-2.0
// Tests of `kazoo serve` as a process.
#include "embedded_fixture.hpp"
#include "support/raw_client.hpp"
#include "tool_process.hpp"

#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <iterator>
#include <list>
#include <regex>

namespace kazoo::embedded_tests {
namespace {

using testing_support::RawClient;
using testing_support::ToolProcess;

const std::vector<std::string> serve{"serve", "--listen", "127.0.0.1:0"};

TEST(KazooServe, PrintsItsAddressAndServes) {
    ToolProcess tool(serve);
    const auto address = tool.first_line();
    ASSERT_TRUE(std::regex_match(address, std::regex(R"(127\.0\.0\.1:\d+)"))) << address;
    StartedClient zk(address);
    zk.create("/a", "x");
    EXPECT_EQ(zk.get("/a").data, "x");
}

TEST(KazooServe, StopsAtSignals) {
    for (const int number : {SIGTERM, SIGINT}) {
        ToolProcess tool(serve);
        KazooClient zk(to(tool.first_line()));
        StateLog states(zk);
        zk.start(patience);
        tool.signal(number);
        EXPECT_EQ(tool.exit_code(), 0) << tool.output();
        EXPECT_TRUE(states.wait_for(SUSPENDED));
    }
}

TEST(KazooServe, ReportsThatThePortIsInUse) {
    const Server other;
    ToolProcess tool({"serve", "--listen", other.hosts()});
    EXPECT_EQ(tool.exit_code(), 1);
    EXPECT_EQ(
        tool.output(),
        "kazoo: address already in use: " + other.hosts() + ": Address already in use\n"
    );
}

TEST(KazooServe, ReportsInvalidOptions) {
    const std::vector<std::vector<std::string>> wrong{
        {}, {"sing"}, {"serve", "--tick", "0"}, {"serve", "--tls-key", "f"}, {"serve", "x"}};
    for (const auto& arguments : wrong) {
        ToolProcess tool(arguments);
        EXPECT_EQ(tool.exit_code(), 2);
        EXPECT_NE(tool.output(), "");
    }
    ToolProcess tool({"serve", "--listen", "nonsense"});
    EXPECT_EQ(tool.exit_code(), 2);
    EXPECT_NE(tool.output().find("'nonsense'"), std::string::npos) << tool.output();
    ToolProcess help({"serve", "--help"});
    EXPECT_EQ(help.exit_code(), 0);
    EXPECT_NE(help.output().find("--tls-cert"), std::string::npos);
}

TEST(KazooServe, TheTickIsTheUnitOfSessionTimeouts) {
    ToolProcess tool({"serve", "--listen", "127.0.0.1:0", "--tick", "100"});
    StartedClient zk(to(tool.first_line()).timeout(1ms));
    EXPECT_EQ(zk.session_timeout(), 200ms);
}

std::size_t descriptors_of(pid_t pid) {
    const std::filesystem::directory_iterator all("/proc/" + std::to_string(pid) + "/fd");
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

TEST(KazooServe, SurvivesALackOfDescriptors) {
    ToolProcess tool(serve);
    const auto port = tool.port();
    {
        RawClient probe(port);  // opens every descriptor that is opened only once
        ASSERT_NE(probe.connect(), 0);
        const rlimit few{descriptors_of(tool.pid()) + 2, descriptors_of(tool.pid()) + 2};
        ASSERT_EQ(::prlimit(tool.pid(), RLIMIT_NOFILE, &few, nullptr), 0);
    }
    std::list<RawClient> served;
    for (int i = 0; i < 3; ++i) ASSERT_NE(served.emplace_back(port).connect(), 0) << i;
    std::list<RawClient> waiting;
    for (int i = 0; i < 3; ++i) {
        waiting.emplace_back(port).send_frame(testing_support::new_session());
    }
    served.front().send("\xff\xff\xff\xff");  // clients already connected are still served
    EXPECT_TRUE(served.front().closes());
    served.clear();
    for (auto& client : waiting) EXPECT_EQ(client.read_frame().size(), 37U);
    tool.signal(SIGTERM);
    EXPECT_EQ(tool.exit_code(), 0);
}

}  // namespace
}  // namespace kazoo::embedded_tests
