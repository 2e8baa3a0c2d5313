// SPDX-License-Identifier: Apache-2.0
#include "support/apache_process.hpp"

#include "support/child_process.hpp"
#include "support/files.hpp"
#include "support/wait_until.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <stdexcept>

namespace kazoo::testing_support {
namespace {

constexpr std::chrono::milliseconds stop_limit{5000};

}  // namespace

ApacheProcess::ApacheProcess(std::filesystem::path directory)
    : directory_(std::move(directory)), owner_(::getpid()) {}

ApacheProcess::~ApacheProcess() {
    if (::getpid() == owner_) end_with(SIGKILL);  // not in a forked child
}

void ApacheProcess::configure(const std::vector<std::string>& lines) {
    std::ofstream config(directory_ / "zoo.cfg", std::ios::trunc);
    config << read_file(KAZOO_TEST_SUPPORT_DIR "/zoo.cfg");
    for (const auto& line : lines) config << line << '\n';
    config.close();
    if (!config) throw std::runtime_error("cannot write " + (directory_ / "zoo.cfg").string());
}

void ApacheProcess::launch(const std::vector<std::string>& arguments, int network) {
    std::vector<std::string> command{"java", "@" KAZOO_TEST_SUPPORT_DIR "/zookeeper.jvm"};
    if (const char* classpath = std::getenv("KAZOO_ZOOKEEPER_CLASSPATH")) {
        command.insert(command.end(), {"-cp", classpath});
    }
    command.insert(command.end(), arguments.begin(), arguments.end());
    command.insert(
        command.end(),
        {"org.apache.zookeeper.server.quorum.QuorumPeerMain", (directory_ / "zoo.cfg").string()}
    );
    pid_ = spawn_child(command, directory_ / "log", network);
}

void ApacheProcess::end_with(int signal_number) {
    if (!running()) return;
    ::kill(pid_, signal_number);
    ::kill(pid_, SIGCONT);  // a stopped process handles SIGTERM only after SIGCONT
    if (!wait_until([this] { return exited(); }, stop_limit)) {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        pid_ = -1;
    }
}

void ApacheProcess::pause() {
    if (!running()) throw std::runtime_error("pause: the server does not run");
    ::kill(pid_, SIGSTOP);
    int status = 0;
    if (::waitpid(pid_, &status, WUNTRACED) != pid_ || !WIFSTOPPED(status)) {
        pid_ = -1;
        throw std::runtime_error(
            "the server ended instead of pausing. Its log:\n" + log_tail(4000)
        );
    }
}

void ApacheProcess::resume() {
    if (running()) ::kill(pid_, SIGCONT);
}

bool ApacheProcess::exited() {
    if (running() && ::waitpid(pid_, nullptr, WNOHANG) == pid_) pid_ = -1;
    return !running();
}

std::string ApacheProcess::log_tail(std::size_t bytes) const {
    const auto log = read_file(directory_ / "log");
    return log.substr(log.size() - std::min(log.size(), bytes));
}

}  // namespace kazoo::testing_support
