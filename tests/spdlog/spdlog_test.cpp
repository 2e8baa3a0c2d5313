// SPDX-License-Identifier: Apache-2.0
#include <kazoo/client_options.hpp>
#include <kazoo/spdlog.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>

#include <memory>
#include <sstream>
#include <string>

namespace kazoo {
namespace {

class SpdlogTest : public testing::Test {
protected:
    void SetUp() override { target->set_pattern("%l: %v"); }

    std::ostringstream lines;
    std::shared_ptr<::spdlog::logger> target = std::make_shared<::spdlog::logger>(
        "test", std::make_shared<::spdlog::sinks::ostream_sink_mt>(lines)
    );
};

TEST_F(SpdlogTest, LinesKeepTheirLevelAndText) {
    const auto logger = spdlog_logger(target, LogLevel::trace);
    target->set_level(::spdlog::level::trace);
    logger.log(LogLevel::trace, "a");
    logger.log(LogLevel::debug, "b");
    logger.log(LogLevel::info, "c");
    logger.log(LogLevel::warning, "d {} {0} %s");
    logger.log(LogLevel::error, "e");
    EXPECT_EQ(lines.str(), "trace: a\ndebug: b\ninfo: c\nwarning: d {} {0} %s\nerror: e\n")
        << "a line is no format string";
}

TEST_F(SpdlogTest, TheLevelOfTheTargetIsTheMinimum) {
    target->set_level(::spdlog::level::warn);
    EXPECT_EQ(spdlog_logger(target).level(), LogLevel::warning);
    target->set_level(::spdlog::level::critical);
    EXPECT_EQ(spdlog_logger(target).level(), LogLevel::off);
}

TEST_F(SpdlogTest, TheTargetAlsoAppliesItsOwnLevel) {
    const auto logger = spdlog_logger(target, LogLevel::debug);
    target->set_level(::spdlog::level::err);
    logger.log(LogLevel::info, "not shown");
    EXPECT_EQ(lines.str(), "");
}

TEST_F(SpdlogTest, EveryLevelHasItsCounterpart) {
    for (const auto level :
         {LogLevel::trace,
          LogLevel::debug,
          LogLevel::info,
          LogLevel::warning,
          LogLevel::error,
          LogLevel::off}) {
        EXPECT_EQ(from_spdlog(to_spdlog(level)), level);
    }
}

TEST_F(SpdlogTest, IsAnOptionOfTheClient) {
    const auto options = ClientOptions().logger(spdlog_logger(target));
    options.logger().log(LogLevel::error, "lost");
    EXPECT_EQ(lines.str(), "error: lost\n");
}

}  // namespace
}  // namespace kazoo
