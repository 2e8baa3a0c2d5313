// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <vector>

namespace tool {

/// What other threads have for the one that reads lines: texts to be written, and reasons to look
/// at the line again. Thread-safe.
class Notices {
public:
    struct Taken {
        std::vector<std::string> lines;
        bool interrupted = false;  ///< Ctrl-C was pressed: the line is given up.
        bool ended = false;        ///< A signal ends the shell.
        bool changed = false;      ///< The prompt, or the size of the terminal, has changed.
        bool arrived = false;      ///< Names for a completion have arrived.
    };

    /// Throws Failure if the system has no event descriptor left.
    Notices();
    ~Notices();
    Notices(const Notices&) = delete;
    Notices& operator=(const Notices&) = delete;

    /// Adds a line. Of more than `most_lines` that have not been taken, the number is kept only.
    void add(std::string line);
    void interrupt();
    void end();
    void changed();
    void arrived();

    /// Returns all, and forgets them; `ended` stays.
    [[nodiscard]] Taken take();
    /// Returns whether Ctrl-C was pressed, and forgets it.
    [[nodiscard]] bool take_interrupt();
    /// Returns a descriptor that is readable while there is something to take.
    [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

    static constexpr std::size_t most_lines = 1000;

private:
    void wake();

    int descriptor_;
    std::mutex mutex_;
    Taken waiting_;            // guarded by mutex_
    std::size_t dropped_ = 0;  // guarded by mutex_
};

}  // namespace tool
