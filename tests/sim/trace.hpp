// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/handler.hpp>

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace kazoo::sim {

/// A line of text per event. The hash of all lines is always computed; equal hashes mean identical
/// runs.
class Trace {
public:
    /// Times in the lines are relative to `begin`.
    Trace(bool print, TimePoint begin) : print_(print), begin_(begin) {}

    template <class... Parts>
    void line(TimePoint now, std::string_view who, const Parts&... parts) {
        text_.clear();
        add(std::chrono::duration_cast<std::chrono::microseconds>(now - begin_).count());
        add(" ");
        add(who);
        ((add(" "), add(parts)), ...);
        add("\n");
        finish();
    }

    [[nodiscard]] std::uint64_t hash() const noexcept { return hash_; }
    [[nodiscard]] std::uint64_t lines() const noexcept { return lines_; }

private:
    void add(std::string_view part) { text_.append(part); }
    template <std::integral Number>
    void add(Number number) {
        text_.append(std::to_string(number));
    }
    void finish();

    const bool print_;
    const TimePoint begin_;
    std::string text_;
    std::uint64_t hash_ = 0xcbf29ce484222325U;
    std::uint64_t lines_ = 0;
};

}  // namespace kazoo::sim
