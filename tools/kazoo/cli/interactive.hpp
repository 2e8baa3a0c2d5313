// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/interrupt.hpp"

#include <kazoo/client.hpp>

#include <string>

namespace tool {

/// What the shell provides for the commands that it runs.
class Interactive {
public:
    virtual ~Interactive() = default;

    /// Returns the client of the shell, which may not be connected.
    [[nodiscard]] virtual kazoo::KazooClient& client() = 0;
    /// Returns the absolute path to which others are relative.
    [[nodiscard]] virtual const std::string& directory() const noexcept = 0;
    [[nodiscard]] virtual Interrupt& interrupt() noexcept = 0;
    /// Writes a line when no command writes, without damage to a line that is being typed. May be
    /// called by any thread, and later than the command has ended.
    virtual void announce(std::string line) = 0;
    /// Keeps a watch until the shell removes it.
    virtual void keep(kazoo::WatchHandle watch) = 0;
};

}  // namespace tool
