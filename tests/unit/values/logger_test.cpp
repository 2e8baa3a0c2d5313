// SPDX-License-Identifier: Apache-2.0
#include <kazoo/logger.hpp>

#include <gtest/gtest.h>

#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

using kazoo::Logger;
using kazoo::LogLevel;
using Lines = std::vector<std::string>;

// A sink that stores its lines.
kazoo::LogSink into(Lines& lines) {
    return [&lines](LogLevel level, std::string_view text) {
        lines.push_back(std::string(to_string(level)) + " " + std::string(text));
    };
}

TEST(LoggerLevels, LinesBelowTheMinimumDoNotReachTheSink) {
    Lines lines;
    const Logger logger(into(lines), LogLevel::info);
    logger.log(LogLevel::trace, "a");
    logger.log(LogLevel::debug, "b");
    logger.log(LogLevel::info, "c");
    logger.log(LogLevel::error, "d");
    EXPECT_EQ(lines, Lines({"info c", "error d"}));
    EXPECT_FALSE(logger.enabled(LogLevel::debug));
    EXPECT_TRUE(logger.enabled(LogLevel::info));
    EXPECT_EQ(logger.level(), LogLevel::info);
}

TEST(LoggerLevels, OffIsSilent) {
    Lines lines;
    const Logger logger(into(lines), LogLevel::off);
    logger.log(LogLevel::error, "a");
    logger.log(LogLevel::off, "b");
    EXPECT_EQ(lines, Lines());
    EXPECT_FALSE(Logger::none().enabled(LogLevel::error));
    EXPECT_FALSE(logger.with_level(LogLevel::trace).enabled(LogLevel::off));
}

TEST(LoggerLevels, AreChangedInACopyThatSharesTheSink) {
    Lines lines;
    const Logger logger(into(lines), LogLevel::error);
    const Logger verbose = logger.with_level(LogLevel::trace);
    verbose.log(LogLevel::trace, "a");
    logger.log(LogLevel::trace, "b");
    EXPECT_EQ(lines, Lines({"trace a"}));
}

TEST(LoggerLevels, PrintTheirNames) {
    std::ostringstream out;
    out << LogLevel::trace << LogLevel::debug << LogLevel::info << LogLevel::warning
        << LogLevel::error << LogLevel::off;
    EXPECT_EQ(out.str(), "tracedebuginfowarningerroroff");
}

TEST(LoggerSink, MayThrow) {
    int calls = 0;
    const Logger logger([&calls](LogLevel, std::string_view) {
        ++calls;
        throw std::runtime_error("the disk is full");
    });
    logger.log(LogLevel::error, "a");
    logger.log(LogLevel::error, "b");
    EXPECT_EQ(calls, 2);
}

TEST(LoggerSink, MayBeEmpty) {
    const Logger logger{kazoo::LogSink()};
    testing::internal::CaptureStderr();
    logger.log(LogLevel::error, "a");
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(LoggerSink, IsTheStandardErrorStreamByDefault) {
    testing::internal::CaptureStderr();
    const Logger logger;
    logger.log(LogLevel::info, "a");
    logger.log(LogLevel::warning, "b");
    logger.log(LogLevel::error, "c");
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "kazoo warning: b\nkazoo error: c\n");
}

}  // namespace
