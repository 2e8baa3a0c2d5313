// SPDX-License-Identifier: Apache-2.0
#include "run/program.hpp"

#include "cli/exit_code.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <system_error>

namespace tool {
namespace {

/// Returns "NAME=value" of this process and of the variables, which take precedence.
std::vector<std::string> environment_with(const Variables& variables) {
    std::vector<std::string> all;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        bool replaced = false;
        for (const auto& [name, value] : variables) {
            const std::size_t size = name.size();
            replaced = replaced ||
                       (std::strncmp(*entry, name.c_str(), size) == 0 && (*entry)[size] == '=');
        }
        if (!replaced) {
            all.emplace_back(*entry);
        }
    }
    for (const auto& [name, value] : variables) {
        all.push_back(name + "=" + value);
    }
    return all;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> all;
    for (std::string& text : texts) {
        all.push_back(text.data());
    }
    all.push_back(nullptr);
    return all;
}

/// In the child, where only functions that are safe after fork may be called.
[[noreturn]] void become(char** words, char** environment, int report, bool own_group, int input) {
    if (own_group) {
        ::setpgid(0, 0);
    }
    if (input >= 0) {
        ::dup2(input, STDIN_FILENO);
    }
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    // The handlers of this process would report signals of the child to the parent.
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGCHLD, SIGPIPE}) {
        std::signal(number, SIG_DFL);
    }
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::execvpe(words[0], words, environment);
    const int reason = errno;
    const ssize_t ignored = ::write(report, &reason, sizeof(reason));
    static_cast<void>(ignored);
    ::_exit(127);
}

/// Returns 0 once the program runs, else the error.
int reason_from(int descriptor) {
    int reason = 0;
    ssize_t count = 0;
    do {
        count = ::read(descriptor, &reason, sizeof(reason));
    } while (count < 0 && errno == EINTR);
    return count == sizeof(reason) ? reason : 0;
}

std::string error_text(int reason) {
    return std::generic_category().message(reason);
}

}  // namespace

pid_t start_program(
    const std::vector<std::string>& words, const Variables& variables, bool own_group, int input
) {
    std::vector<std::string> copied = words;
    std::vector<std::string> environment = environment_with(variables);
    const std::vector<char*> arguments = pointers(copied);
    const std::vector<char*> entries = pointers(environment);
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) {
        throw Failure(ExitCode::failed, "cannot create a pipe: " + error_text(errno));
    }
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    const pid_t child = ::fork();
    if (child == 0) {
        become(
            const_cast<char**>(arguments.data()),
            const_cast<char**>(entries.data()),
            ends[1],
            own_group,
            input
        );
    }
    const int fork_error = errno;
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    ::close(ends[1]);
    const int reason = child < 0 ? fork_error : reason_from(ends[0]);
    ::close(ends[0]);
    if (child > 0 && reason != 0) {
        ::waitpid(child, nullptr, 0);
    }
    if (reason != 0) {
        const int code = reason == ENOENT ? 127 : 126;
        throw Failure(
            static_cast<ExitCode>(code), "cannot run " + words[0] + ": " + error_text(reason)
        );
    }
    return child;
}

int exit_code_of_status(int status) noexcept {
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int run_shell(const std::string& command, const Variables& variables) {
    const pid_t child = start_program({"/bin/sh", "-c", command}, variables);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return exit_code_of_status(status);
}

}  // namespace tool
