// SPDX-License-Identifier: Apache-2.0
#include "contender_process.hpp"

#include "contend.hpp"
#include "support/child_process.hpp"
#include "support/files.hpp"
#include "support/wait_until.hpp"

#include <sys/wait.h>

#include <algorithm>
#include <csignal>

namespace kazoo::chaos {

ContenderProcess::ContenderProcess(const Options& options, const Machine& machine)
    : options_(options), machine_(machine) {}

ContenderProcess::~ContenderProcess() {
    kill9();
}

void ContenderProcess::start() {
    if (running()) return;
    may_end_ = false;
    std::vector<std::string> command{
        "/proc/self/exe",
        std::string(contend_word),
        "--hosts",
        options_.hosts,
        "--handler",
        options_.handler,
        "--session-timeout",
        std::to_string(options_.session_timeout.count()),
        "--seed",
        std::to_string(options_.seed + starts_++)};
    if (options_.careless) command.emplace_back("--careless");
    pid_ = testing_support::spawn_child(command, directory_ / "report", machine_.network());
}

void ContenderProcess::kill9() {
    if (!running() || reap(WNOHANG)) return;
    may_end_ = true;
    ::kill(pid_, SIGKILL);
    reap(0);
}

void ContenderProcess::pause() {
    if (!running()) return;
    ::kill(pid_, SIGSTOP);
    reap(WUNTRACED);
}

void ContenderProcess::resume() {
    if (running()) ::kill(pid_, SIGCONT);
}

void ContenderProcess::order_end() {
    if (!running() || reap(WNOHANG)) return;
    may_end_ = true;
    ::kill(pid_, SIGTERM);
}

void ContenderProcess::await_end(std::chrono::milliseconds limit) {
    const auto ended = [this] { return !running() || reap(WNOHANG); };
    if (testing_support::wait_until(ended, limit)) return;
    fail("does not end");
    kill9();
}

bool ContenderProcess::reap(int options) {
    int status = 0;
    if (::waitpid(pid_, &status, options) != pid_ || WIFSTOPPED(status)) return false;
    pid_ = -1;
    const bool was_killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    const bool expected =
        may_end_ && (was_killed || (WIFEXITED(status) && WEXITSTATUS(status) == 0));
    if (!expected) fail("its process has ended unexpectedly, status " + std::to_string(status));
    return true;
}

bool ContenderProcess::has_written() const {
    const auto reported = report();
    return std::any_of(reported.writes.begin(), reported.writes.end(), [](const auto& write) {
        return write.good;
    });
}

ContenderReport ContenderProcess::report() const {
    auto report = read_report(options_.number, testing_support::read_file(directory_ / "report"));
    report.faults.insert(report.faults.end(), faults_.begin(), faults_.end());
    return report;
}

}  // namespace kazoo::chaos
