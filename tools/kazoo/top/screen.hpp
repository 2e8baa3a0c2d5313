// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "output/output.hpp"

#include <string>
#include <vector>

namespace tool {

/// The terminal as a full screen: the alternate screen of the terminal, whose keys are read one by
/// one. What was there before is restored by the destructor, and by a signal that reports a fault
/// of the program. There may be one object at a time.
class Screen {
public:
    /// Returns whether standard output is a terminal that can move its cursor.
    static bool is_possible(const Output& out);

    /// Enters the screen.
    explicit Screen(Output& out);
    Screen(const Screen&) = delete;
    Screen& operator=(const Screen&) = delete;
    ~Screen();

    /// Enter and leave it while the process is stopped.
    void enter();
    void leave() noexcept;

    /// Replaces what is shown. They must fit its size.
    void show(const std::vector<std::string>& lines);
    /// Returns a descriptor to read keys from; -1 if there is none.
    [[nodiscard]] int keys() const noexcept { return keys_; }

private:
    void close_keys() noexcept;

    Output* out_;
    int keys_ = -1;
    bool entered_ = false;
};

}  // namespace tool
