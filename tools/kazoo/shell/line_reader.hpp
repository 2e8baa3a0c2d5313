// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shell/completion.hpp"
#include "shell/history.hpp"
#include "shell/notices.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace tool {

struct ReadLine {
    enum class Kind { text, interrupted, end };
    Kind kind = Kind::end;
    std::string text;  ///< without the newline
};

/// Reads the lines of a shell. While it waits for one, it writes notices.
class LineReader {
public:
    virtual ~LineReader() = default;
    virtual ReadLine read() = 0;
    /// Adds a line to those that the user can go back to.
    virtual void remember(const std::string& /*line*/) {}
};

/// What a reader on a terminal asks the shell for.
struct LineHooks {
    std::function<std::string()> prompt;
    std::function<Completion(std::string_view)> complete;
};

/// Returns a reader of a descriptor that leaves editing to the terminal, if there is one. Without
/// a prompt function nothing but notices is written.
std::unique_ptr<LineReader> plain_reader(
    int descriptor, Notices& notices, std::function<std::string()> prompt
);

/// Returns a reader of the terminal at standard input with editing, completion and history; null if
/// this build has no libedit, or the terminal cannot move its cursor.
std::unique_ptr<LineReader> editing_reader(
    Notices& notices, const LineHooks& hooks, const History& history
);

}  // namespace tool
