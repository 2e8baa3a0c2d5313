// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>

/// Adds the subcommand `kazoo serve`, which runs the embedded server until SIGINT or SIGTERM. Its
/// callback throws if the server cannot be started.
void add_serve(CLI::App& tool);
