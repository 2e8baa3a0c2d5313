// SPDX-License-Identifier: Apache-2.0
#include "output/progress.hpp"

#include "output/terminal.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <iostream>

namespace tool {
namespace {

constexpr std::chrono::milliseconds first_delay{500};
constexpr std::chrono::milliseconds redraw_interval{100};
constexpr double bar_width = 20;

std::string time_text(std::chrono::milliseconds elapsed) {
    const long long seconds = elapsed.count() / 1000;
    char text[64];
    if (seconds < 3600) {
        std::snprintf(text, sizeof(text), "%lld:%02lld", seconds / 60, seconds % 60);
    } else {
        std::snprintf(
            text,
            sizeof(text),
            "%lld:%02lld:%02lld",
            seconds / 3600,
            seconds / 60 % 60,
            seconds % 60
        );
    }
    return text;
}

std::string bar(double fraction) {
    const double part = std::clamp(fraction, 0.0, 1.0);
    const auto done = static_cast<std::size_t>(part * bar_width);
    char percent[16];
    std::snprintf(percent, sizeof(percent), "] %3d%%  ", static_cast<int>(part * 100));
    return "[" + std::string(done, '#') +
           std::string(static_cast<std::size_t>(bar_width) - done, '.') + percent;
}

}  // namespace

std::string progress_line(
    std::string_view what,
    std::uint64_t count,
    std::optional<double> fraction,
    std::chrono::milliseconds elapsed,
    std::size_t width
) {
    const double seconds = std::max(0.001, static_cast<double>(elapsed.count()) / 1000);
    std::string line = fraction ? bar(*fraction) : std::string();
    line += std::to_string(count) + " " + std::string(what) + "  " +
            std::to_string(static_cast<std::uint64_t>(static_cast<double>(count) / seconds)) +
            "/s  " + time_text(elapsed);
    return line.substr(0, width);
}

bool Progress::is_due() {
    const Clock::time_point now = Clock::now();
    if (!started_) {
        started_ = now;
        next_ = now + first_delay;
    }
    return now >= next_;
}

void Progress::draw(std::string_view what, std::uint64_t count, std::optional<double> fraction) {
    wait();
    const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(elapsed());
    const std::size_t width = terminal_size(STDERR_FILENO).columns - 1;
    std::cerr << '\r' << progress_line(what, count, fraction, passed, width) << "\x1b[K"
              << std::flush;
    shown_ = true;
}

Progress::Clock::duration Progress::elapsed() const {
    return started_ ? Clock::now() - *started_ : Clock::duration::zero();
}

void Progress::wait() {
    next_ = Clock::now() + redraw_interval;
}

void Progress::end() {
    hide();
    started_.reset();
}

void Progress::hide() {
    if (shown_) {
        std::cerr << "\r\x1b[K" << std::flush;
        shown_ = false;
    }
}

}  // namespace tool
