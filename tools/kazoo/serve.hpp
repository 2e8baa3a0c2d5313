#pragma once

#include <CLI/CLI.hpp>

/// Adds `kazoo serve`, which runs the embedded server until a signal ends it. Whatever keeps it
/// from running is thrown.
void add_serve(CLI::App& tool);
