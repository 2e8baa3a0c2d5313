// SPDX-License-Identifier: Apache-2.0
// How Ctrl-C ends `top` in the shell, whenever it is pressed.
#include "cli/session.hpp"
#include "top/top.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <optional>
#include <stdexcept>

namespace tool {
namespace {

constexpr int interrupted = 128 + SIGINT;

class TopInTheShell : public testing::Test, public Interactive {
protected:
    TopInTheShell() : out_(Format::text, true, "never"), session_(settings_, out_, {}, this) {
        settings_.servers = "127.0.0.1:1";
        options_.count = 1;  // ends without an interrupt as well, with another exit code
        interrupt_.arm();
    }
    ~TopInTheShell() override { interrupt_.disarm(); }

    kazoo::KazooClient& client() override { throw std::logic_error("top uses no client"); }
    [[nodiscard]] const std::string& directory() const noexcept override { return directory_; }
    Interrupt& interrupt() noexcept override { return interrupt_; }
    void announce(std::string) override {}
    void keep(kazoo::WatchHandle) override {}

    std::string directory_ = "/";
    Interrupt interrupt_;
    Settings settings_;
    Output out_;
    Session session_;
    TopOptions options_;
};

TEST_F(TopInTheShell, EndsAtARequestThatPrecedesIt) {
    EXPECT_EQ(interrupt_.request(), Interrupt::Of::command);
    Top(session_, options_).run();
    EXPECT_EQ(session_.exit_code(), interrupted);
}

TEST_F(TopInTheShell, EndsAtASignalBeforeItRuns) {
    Top top(session_, options_);
    ASSERT_EQ(std::raise(SIGINT), 0);
    top.run();
    EXPECT_EQ(session_.exit_code(), interrupted);
}

/// The shell receives the signal as well, and leaves it to `top`.
TEST_F(TopInTheShell, IgnoresRequestsWhileItExists) {
    std::optional<Top> top(std::in_place, session_, options_);
    EXPECT_EQ(interrupt_.request(), Interrupt::Of::command);
    EXPECT_FALSE(interrupt_.token().stop_requested());
    top.reset();
    EXPECT_EQ(interrupt_.request(), Interrupt::Of::command);
    EXPECT_TRUE(interrupt_.token().stop_requested());
}

}  // namespace
}  // namespace tool
