// SPDX-License-Identifier: Apache-2.0
#include "client/client_log.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace kazoo::detail::client {
namespace {

using namespace std::chrono_literals;

class ClientLogTest : public ::testing::Test {
protected:
    ClientLog log_named(const std::string& name) {
        return ClientLog(
            Logger([this](LogLevel level, std::string_view text) {
                lines_.push_back(std::string(to_string(level)) + " " + std::string(text));
            }),
            name
        );
    }

    std::vector<std::string> lines_;
    const ClientLog::Connection first_{"127.0.0.1:2181", 0x1234, 10s, false, true};
    TimePoint now_{};
};

TEST_F(ClientLogTest, LogsTheServerAndTheTimeWithoutAConnection) {
    auto log = log_named("inventory");
    log.connected(first_, now_);
    log.disconnected(now_ += 1s);
    log.disconnected(now_ += 1s);  // another state without a connection
    auto second = first_;
    second.server = "[::1]:2182";
    second.read_only = true;
    second.new_session = false;
    log.connected(second, now_ += 500ms);
    log.stopped();
    EXPECT_EQ(
        lines_,
        (std::vector<std::string>{
            "info [inventory 0x1234] connected to 127.0.0.1:2181, new session 0x1234, "
            "timeout 10000 ms",
            "info [inventory 0x1234] reconnected to [::1]:2182 (read-only) after 1500 ms, "
            "same session 0x1234, timeout 10000 ms",
            "info [inventory 0x1234] stopped"})
    );
}

TEST_F(ClientLogTest, ARestartIsNotAReconnection) {
    auto log = log_named("");
    log.connected(first_, now_);
    log.disconnected(now_);
    log.stopped();
    log.connected(first_, now_ += 1h);
    EXPECT_EQ(
        lines_.back(),
        "info [0x1234] connected to 127.0.0.1:2181, new session 0x1234, timeout 10000 ms"
    );
}

TEST_F(ClientLogTest, LinesHaveAPrefixOnlyForANamedClient) {
    log_named("").write(LogLevel::warning, "text");
    log_named("name").write(LogLevel::warning, "text");
    EXPECT_EQ(lines_, (std::vector<std::string>{"warning text", "warning [name] text"}));
}

}  // namespace
}  // namespace kazoo::detail::client
