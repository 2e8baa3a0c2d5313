// SPDX-License-Identifier: Apache-2.0
// The command-line tool. Exit codes: cli/exit_code.hpp.
#include "cli/run.hpp"

int main(int argc, char** argv) {
    return tool::run(argc, argv);
}
