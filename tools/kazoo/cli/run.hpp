// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace tool {

/// Parses the command line, runs its command, and returns the exit code.
int run(int argc, char** argv);

}  // namespace tool
