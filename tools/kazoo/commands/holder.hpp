// SPDX-License-Identifier: Apache-2.0
/// What the commands that hold something have in common.
#pragma once

#include "cli/grammar.hpp"
#include "cli/session.hpp"
#include "run/guard.hpp"

#include <kazoo/call_options.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

namespace tool {

struct HolderOptions {
    std::optional<std::string> identifier;
    std::optional<std::string> wait;
    std::string grace = "10s";
    bool no_wait = false;
};

void add_holder_options(Command& command, HolderOptions& options);

/// Returns what other processes see: the option, or the name of the host and the process id.
std::string identifier(const HolderOptions& options);
/// Returns the time between SIGTERM and SIGKILL.
std::chrono::milliseconds grace_of(const HolderOptions& options);
/// Returns the limit of the wait; by default there is none.
kazoo::CallOptions wait_options(const Session& session, const HolderOptions& options);

/// Runs the program of the command line with KAZOO_TOKEN and KAZOO_NODE in its environment; without
/// one, writes both, and waits for a signal. Returns as Guard::run does.
bool run_holding(
    Session& session,
    Guard& guard,
    std::int64_t token,
    const std::string& node,
    const std::stop_token& lost
);

}  // namespace tool
