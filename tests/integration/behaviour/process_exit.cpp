// SPDX-License-Identifier: Apache-2.0
// The end of a process in which a client runs.
#include "behaviour/suites.hpp"
#include "support/child_process.hpp"

#include <gmock/gmock.h>

#include <string>

namespace kazoo::behaviour {
namespace {

/// Runs the program exit_in_callback. Returns its exit code and its output.
std::string run_exit_in_callback(const HandlerKind& kind, const std::string& owner) {
    ChildProcess program({KAZOO_EXIT_IN_CALLBACK, kind.name, owner, shared_server().hosts()});
    const auto code = std::to_string(program.exit_code());
    return code + program.output();
}

/// What is expected of it if its callback calls std::exit(7). Boost.Fiber does not support that in
/// a fiber.
::testing::Matcher<std::string> as_by_exit_7(const HandlerKind& kind) {
    if (kind.handler_name == "sequential_fiber_handler") {
        return ::testing::StartsWith("1kazoo error: std::exit was called in a fiber");
    }
    return ::testing::Eq("7");
}

}  // namespace

TEST_P(Life, ExitInACallbackEndsTheProcess) {
    EXPECT_THAT(run_exit_in_callback(GetParam(), "local"), as_by_exit_7(GetParam()));
}

TEST_P(Life, ExitInACallbackEndsTheProcessOfAStaticClient) {
    EXPECT_THAT(run_exit_in_callback(GetParam(), "static"), as_by_exit_7(GetParam()));
}

TEST_P(Life, QuickExitInACallbackEndsTheProcess) {
    EXPECT_EQ(run_exit_in_callback(GetParam(), "quick"), "7");
}

TEST_P(Life, AStaticClientIsDestroyedAfterMain) {
    EXPECT_EQ(run_exit_in_callback(GetParam(), "main"), "7");
}

}  // namespace kazoo::behaviour
