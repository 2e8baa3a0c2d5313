// SPDX-License-Identifier: Apache-2.0
#include "support/zookeeper_server.hpp"

#include "support/files.hpp"
#include "support/loopback.hpp"
#include "support/shared_server.hpp"
#include "support/wait_until.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <thread>

namespace kazoo::testing_support {
namespace {

using namespace std::chrono_literals;

template <class Server>
bool serves(const Server& server) {
    return server.four_letter_word("srvr").find("Mode: standalone") != std::string::npos;
}

bool process_exists(pid_t pid) {
    return ::kill(pid, 0) == 0;
}

TEST(ZooKeeperServerFixture, SharedServerServesAndIsOneServer) {
    auto& server = shared_server();
    EXPECT_TRUE(serves(server));
    EXPECT_EQ(&server, &shared_server());
    EXPECT_EQ(server.hosts(), "127.0.0.1:" + std::to_string(server.port()));
}

TEST(ZooKeeperServerFixture, CommonConfigurationIsInEffect) {
    const auto conf = shared_server().four_letter_word("conf");
    EXPECT_NE(conf.find("tickTime=500\n"), std::string::npos) << conf;
    EXPECT_NE(conf.find("minSessionTimeout=1000\n"), std::string::npos) << conf;
    EXPECT_NE(conf.find("maxSessionTimeout=60000\n"), std::string::npos) << conf;
}

TEST(ZooKeeperServerFixture, OptionsReachTheServer) {
    ApacheOptions options;
    options.config_lines = {"maxSessionTimeout=7000"};
    options.system_properties = {"kazoo.fixture=present"};
    ApacheServer server(std::move(options));
    server.start();
    const auto conf = server.four_letter_word("conf");
    EXPECT_NE(conf.find("maxSessionTimeout=7000\n"), std::string::npos) << conf;
    const auto process = std::filesystem::path("/proc") / std::to_string(server.pid());
    EXPECT_NE(read_file(process / "cmdline").find("-Dkazoo.fixture=present"), std::string::npos);
}

TEST(ZooKeeperServerFixture, RestartKeepsPortAndChangesProcess) {
    ApacheServer server;
    server.start();
    const auto port = server.port();
    const auto first = server.pid();
    server.kill9();
    EXPECT_FALSE(server.running());
    EXPECT_FALSE(process_exists(first));
    EXPECT_EQ(server.four_letter_word("ruok"), "");
    server.restart();
    EXPECT_EQ(server.port(), port);
    const auto second = server.pid();
    EXPECT_NE(second, first);
    EXPECT_TRUE(serves(server));
    server.stop();
    EXPECT_FALSE(process_exists(second));
    EXPECT_FALSE(server.running());
}

TEST(ZooKeeperServerFixture, PausedServerAnswersAfterResume) {
    ApacheServer server;
    server.start();
    server.pause();
    EXPECT_EQ(exchange(server.port(), "ruok", 200ms), "");
    server.resume();
    EXPECT_EQ(server.four_letter_word("ruok"), "imok");
    server.pause();
    server.stop();  // works on a paused server, too
    EXPECT_FALSE(server.running());
}

TEST(ZooKeeperServerFixture, SurvivesTheThreadThatStartedIt) {
    ApacheServer server;
    std::thread([&server] { server.start(); }).join();
    // A server tied to that thread would exit with it; one that still serves is independent.
    EXPECT_FALSE(wait_until([&server] { return !serves(server); }, 300ms));
    EXPECT_TRUE(server.running());
}

TEST(ZooKeeperServerFixture, FailedStartReportsTheReasonAndLeavesNothing) {
    ApacheOptions options;
    options.config_lines = {"tickTime=never"};
    ApacheServer server(std::move(options));
    try {
        server.start();
        FAIL() << "a server with a broken configuration started";
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string(error.what()).find("never"), std::string::npos) << error.what();
    }
    EXPECT_FALSE(server.running());
}

TEST(ZooKeeperServerFixture, ChrootsAreUnique) {
    const auto first = unique_chroot();
    EXPECT_EQ(first.front(), '/');
    EXPECT_NE(first, unique_chroot());
}

}  // namespace
}  // namespace kazoo::testing_support
