#include "support/child_process.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <deque>
#include <future>
#include <mutex>
#include <system_error>
#include <thread>

namespace kazoo::testing_support {
namespace {

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
    if (log_fd < 0) throw std::system_error(errno, std::generic_category(), log.string());
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

}  // namespace kazoo::testing_support
