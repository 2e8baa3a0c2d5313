// SPDX-License-Identifier: Apache-2.0
// The command-line tool. Exit codes: 0 success, 1 failure, 2 invalid command line.
#include "serve.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/version.hpp>

#include <exception>
#include <iostream>

namespace {

constexpr int failed = 1;
constexpr int wrong_usage = 2;

}  // namespace

int main(int argc, char** argv) {
    try {
        CLI::App tool("ZooKeeper from the command line", "kazoo");
        tool.set_version_flag("--version", kazoo::library_version);
        tool.require_subcommand(1);
        add_serve(tool);
        try {
            tool.parse(argc, argv);
        } catch (const CLI::ParseError& error) {
            return tool.exit(error) == 0 ? 0 : wrong_usage;
        }
    } catch (const kazoo::KazooException& error) {
        std::cerr << "kazoo: " << error.error().detail() << ": " << error.code().message() << '\n';
        return failed;
    } catch (const std::exception& error) {
        std::cerr << "kazoo: " << error.what() << '\n';
        return failed;
    }
}
