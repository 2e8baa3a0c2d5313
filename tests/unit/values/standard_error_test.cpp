// SPDX-License-Identifier: Apache-2.0
#include "base/standard_error.hpp"

#include <kazoo/logger.hpp>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

/// Redirects standard error to a pipe for its lifetime.
class PipedStandardError {
public:
    PipedStandardError() : before_(::dup(STDERR_FILENO)) {
        if (::pipe(ends_) != 0) std::abort();
        ::dup2(ends_[1], STDERR_FILENO);
    }
    ~PipedStandardError() {
        ::dup2(before_, STDERR_FILENO);
        ::close(before_);
        ::close(ends_[1]);
        close_reader();
    }
    PipedStandardError(const PipedStandardError&) = delete;
    PipedStandardError& operator=(const PipedStandardError&) = delete;

    std::string read_all() {
        ::fcntl(ends_[0], F_SETFL, O_NONBLOCK);
        std::string all;
        char bytes[4096];
        for (ssize_t got = 0; (got = ::read(ends_[0], bytes, sizeof bytes)) > 0;) {
            all.append(bytes, static_cast<std::size_t>(got));
        }
        return all;
    }
    void close_reader() {
        if (ends_[0] >= 0) ::close(std::exchange(ends_[0], -1));
    }

private:
    int before_;
    int ends_[2]{};
};

std::size_t lines_with(const std::string& text, const std::string& part) {
    std::size_t count = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
    return count;
}

TEST(StandardError, LinesOfSeveralThreadsDoNotMix) {
    PipedStandardError err;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([] {
            for (int n = 0; n < 50; ++n) kazoo::Logger().log(kazoo::LogLevel::error, "some words");
        });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(lines_with(err.read_all(), "kazoo error: some words\n"), 200U);
}

TEST(StandardError, ABlockedReaderDelaysNothingAndLostLinesAreCounted) {
    PipedStandardError err;
    const std::string line(1000, 'x');
    for (int i = 0; i < 1000; ++i) kazoo::Logger().log(kazoo::LogLevel::error, line);
    const auto written = lines_with(err.read_all(), line + "\n");
    EXPECT_GT(written, 0U);
    EXPECT_LT(written, 1000U) << "more than a pipe holds";
    kazoo::Logger().log(kazoo::LogLevel::error, "again");
    const auto after = err.read_all();
    EXPECT_NE(after.find(std::to_string(1000 - written) + " lines were dropped"), after.npos);
    EXPECT_NE(after.find("kazoo error: again\n"), after.npos);
}

TEST(StandardError, AClosedPipeDoesNotEndTheProcess) {
    PipedStandardError err;
    err.close_reader();
    kazoo::Logger().log(kazoo::LogLevel::error, "nobody reads this");
}

TEST(StandardError, ALineBeyondAnAtomicPipeWriteIsTruncated) {
    PipedStandardError err;
    kazoo::Logger().log(kazoo::LogLevel::error, std::string(100'000, 'x'));
    const auto text = err.read_all();
    EXPECT_EQ(text.size(), 4096U);
    EXPECT_EQ(text.back(), '\n');
}

}  // namespace
