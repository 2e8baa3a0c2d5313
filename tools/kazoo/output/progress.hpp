// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tool {

/// How far a command has come, as one line on standard error, which is drawn again at most ten
/// times a second, first after half a second.
class Progress {
public:
    using Clock = std::chrono::steady_clock;

    /// Returns whether the line is to be drawn now. The first call begins the measurement.
    bool is_due();
    /// Draws it: "1234 nodes  617/s  0:02". `fraction`: of the whole work, from 0 to 1, if it is
    /// known: a bar is drawn as well.
    void draw(std::string_view what, std::uint64_t count, std::optional<double> fraction);
    /// Returns the time since the first call of is_due; zero before it.
    [[nodiscard]] Clock::duration elapsed() const;
    /// Leaves it as it is until it is due again.
    void wait();
    /// Removes it. What is counted next is another work.
    void end();
    /// Removes it until it is drawn again.
    void hide();

private:
    std::optional<Clock::time_point> started_;
    Clock::time_point next_;
    bool shown_ = false;
};

/// Returns the line, with at most `width` characters.
std::string progress_line(
    std::string_view what,
    std::uint64_t count,
    std::optional<double> fraction,
    std::chrono::milliseconds elapsed,
    std::size_t width
);

}  // namespace tool
