// SPDX-License-Identifier: Apache-2.0
#include "child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <sstream>
#include <stdexcept>
#include <system_error>

namespace bench {
namespace {

constexpr int not_executed = 127;

[[noreturn]] void fail(const std::string& what) {
    throw std::system_error(errno, std::generic_category(), what);
}

using Pipe = std::array<int, 2>;

Pipe make_pipe() {
    Pipe ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) {
        fail("pipe");
    }
    return ends;
}

/// In the new process; must not allocate.
[[noreturn]] void execute(char* const* arguments, const char* directory, int in, int out) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    if ((*directory == '\0' || chdir(directory) == 0) && dup2(in, STDIN_FILENO) >= 0 &&
        dup2(out, STDOUT_FILENO) >= 0) {
        execvp(arguments[0], arguments);
    }
    _exit(not_executed);
}

}  // namespace

std::string this_program() {
    return std::filesystem::read_symlink("/proc/self/exe").string();
}

std::string program_beside(const std::string& name) {
    return std::filesystem::path(this_program()).replace_filename(name).string();
}

Child::Child(const std::vector<std::string>& command, const std::string& directory) {
    std::vector<char*> arguments;
    for (const auto& argument : command) {
        arguments.push_back(const_cast<char*>(argument.c_str()));
    }
    arguments.push_back(nullptr);
    const auto to_child = make_pipe();
    const auto from_child = make_pipe();
    process_ = fork();
    if (process_ == 0) {
        execute(arguments.data(), directory.c_str(), to_child[0], from_child[1]);
    }
    close(to_child[0]);
    close(from_child[1]);
    input_ = to_child[1];
    output_ = from_child[0];
    if (process_ < 0) {
        fail("fork");
    }
}

Child::~Child() {
    if (process_ > 0) {
        kill(process_, SIGKILL);
        waitpid(process_, nullptr, 0);
    }
    if (input_ >= 0) {
        close(input_);
    }
    close(output_);
}

void Child::write_line(const std::string& line) {
    const auto text = line + '\n';
    if (write(input_, text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
        throw std::runtime_error("a process of the benchmark does not read its input");
    }
}

std::optional<std::string> Child::read_line(std::chrono::milliseconds limit) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    for (;;) {
        if (const auto end = buffer_.find('\n'); end != std::string::npos) {
            auto line = buffer_.substr(0, end);
            buffer_.erase(0, end + 1);
            return line;
        }
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now()
        );
        pollfd ready{output_, POLLIN, 0};
        if (left.count() <= 0 || poll(&ready, 1, static_cast<int>(left.count())) == 0) {
            throw std::runtime_error("a process of the benchmark does not answer");
        }
        std::array<char, 4096> bytes{};
        const auto size = read(output_, bytes.data(), bytes.size());
        if (size <= 0) {
            return std::nullopt;
        }
        buffer_.append(bytes.data(), static_cast<std::size_t>(size));
    }
}

int Child::wait() {
    close(input_);
    input_ = -1;
    int status = 0;
    waitpid(process_, &status, 0);
    process_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

Values values_from(Child& child) {
    Values values;
    while (const auto line = child.read_line()) {
        std::istringstream words(*line);
        std::string name;
        double value = 0;
        if (!(words >> name >> value)) {
            throw std::runtime_error("unexpected output: " + *line);
        }
        values[name] = value;
    }
    if (const int code = child.wait(); code != 0) {
        throw std::runtime_error(
            "a process of the benchmark has ended with exit code " + std::to_string(code)
        );
    }
    return values;
}

Values values_of(const std::vector<std::string>& command) {
    Child child(command);
    return values_from(child);
}

Values values_of_part(const std::string& part, const std::vector<std::string>& arguments) {
    std::vector<std::string> command{this_program(), "--part=" + part};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return values_of(command);
}

}  // namespace bench
