// SPDX-License-Identifier: Apache-2.0
#include "support/child_process.hpp"

#include "support/files.hpp"
#include "support/wait_until.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <deque>
#include <future>
#include <mutex>
#include <stdexcept>
#include <system_error>
#include <thread>

namespace kazoo::testing_support {
namespace {

constexpr std::chrono::seconds limit{20};

/// Forks all children on one thread that lives as long as the process. The parent-death signal is
/// sent when the *thread* that forked ends: a server started by a short-lived thread of a test
/// would be killed with that thread.
class Launcher {
public:
    static Launcher& instance() {
        static auto* launcher = new Launcher;  // never destroyed: its thread is detached
        return *launcher;
    }

    pid_t run(std::packaged_task<pid_t()> task) {
        auto pid = task.get_future();
        {
            const std::lock_guard lock(mutex_);
            tasks_.push_back(std::move(task));
        }
        filled_.notify_one();
        return pid.get();
    }

private:
    Launcher() {
        std::thread([this] { serve(); }).detach();
    }

    void serve() {
        for (;;) {
            std::unique_lock lock(mutex_);
            filled_.wait(lock, [this] { return !tasks_.empty(); });
            auto task = std::move(tasks_.front());
            tasks_.pop_front();
            lock.unlock();
            task();
        }
    }

    std::mutex mutex_;
    std::condition_variable filled_;
    std::deque<std::packaged_task<pid_t()>> tasks_;  // guarded by mutex_
};

/// Runs in the child between fork and exec. System calls only: other threads may have held locks,
/// such as that of the allocator, during the fork.
[[noreturn]] void become(char* const* argv, int log, int network, pid_t parent) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(127);  // the parent died before prctl
    if (network >= 0 && ::setns(network, CLONE_NEWNET) != 0) ::_exit(127);
    const int null = ::open("/dev/null", O_RDONLY);
    ::dup2(null, STDIN_FILENO);
    ::dup2(log, STDOUT_FILENO);
    ::dup2(log, STDERR_FILENO);
    // A socket that the child holds would stay open after the test closes it.
    ::close_range(STDERR_FILENO + 1, ~0U, 0);
    ::execvp(argv[0], argv);
    ::_exit(127);
}

}  // namespace

pid_t spawn_child(
    const std::vector<std::string>& command, const std::filesystem::path& log, int network
) {
    std::vector<char*> argv;
    argv.reserve(command.size() + 1);
    for (const auto& argument : command) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);

    const int log_fd = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (log_fd < 0) throw_errno(log.string());
    int fork_error = 0;
    const pid_t pid = Launcher::instance().run(std::packaged_task<pid_t()>([&] {
        const pid_t parent = ::getpid();
        const pid_t child = ::fork();
        if (child == 0) become(argv.data(), log_fd, network, parent);
        fork_error = errno;
        return child;
    }));
    ::close(log_fd);
    if (pid < 0) throw std::system_error(fork_error, std::generic_category(), "fork");
    return pid;
}

ChildProcess::ChildProcess(const std::vector<std::string>& command)
    : directory_(make_directory()), pid_(spawn_child(command, directory_ / "output")) {}

ChildProcess::~ChildProcess() {
    if (running()) {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
}

bool ChildProcess::running() {
    if (pid_ > 0 && ::waitpid(pid_, &status_, WNOHANG) == pid_) pid_ = -1;
    return pid_ > 0;
}

std::string ChildProcess::output() const {
    return read_file(directory_ / "output");
}

std::string ChildProcess::first_line() {
    std::string text;
    const auto complete = [&] {
        const bool runs = running();
        text = output();
        return text.find('\n') != std::string::npos || !runs;
    };
    wait_until(complete, limit);
    return text.substr(0, text.find('\n'));
}

void ChildProcess::signal(int number) const {
    if (pid_ > 0) ::kill(pid_, number);
}

int ChildProcess::exit_code() {
    if (!wait_until([&] { return !running(); }, limit))
        throw std::runtime_error("the process does not end");
    return WIFEXITED(status_) ? WEXITSTATUS(status_) : 128 + WTERMSIG(status_);
}

std::string in_forked_child(const std::function<void(std::string& report)>& body) {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) throw_errno("pipe");
    const pid_t child = ::fork();
    if (child == 0) {
        ::alarm(static_cast<unsigned>(limit.count()));
        std::string report;
        try {
            body(report);
            report += "end";
        } catch (const std::exception& e) {
            report += std::string("thrown: ") + e.what();
        }
        const auto written = ::write(ends[1], report.data(), report.size());
        ::_exit(written == static_cast<ssize_t>(report.size()) ? 0 : 1);
    }
    ::close(ends[1]);
    std::string report;
    std::array<char, 1024> chunk;
    for (ssize_t n = 0; (n = ::read(ends[0], chunk.data(), chunk.size())) > 0;) {
        report.append(chunk.data(), static_cast<std::size_t>(n));
    }
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) report += " (killed)";
    return report;
}

}  // namespace kazoo::testing_support
