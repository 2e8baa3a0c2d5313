// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

/// The same program in another process. The destructor kills it.
class Child {
public:
    /// Starts it with these arguments.
    explicit Child(std::vector<std::string> arguments) {
        std::string program = "/proc/self/exe";
        std::vector<char*> argv{program.data()};
        for (auto& argument : arguments) argv.push_back(argument.data());
        argv.push_back(nullptr);
        std::array<int, 2> output{};
        if (::pipe2(output.data(), O_CLOEXEC) != 0) throw std::runtime_error("there is no pipe");
        process_ = ::fork();
        if (process_ == 0) {  // a copy of one thread of this process: nothing but system calls
            ::dup2(output[1], STDOUT_FILENO);
            ::alarm(100);  // ends it if this process does not
            ::execv(program.c_str(), argv.data());
            ::_exit(127);
        }
        ::close(output[1]);
        output_ = ::fdopen(output[0], "r");
        if (process_ < 0 || output_ == nullptr) throw std::runtime_error("there is no process");
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child() {
        kill();
        std::fclose(output_);
    }

    /// Prints what the process prints, until it has printed this line.
    void print_until(const std::string& line) {
        std::array<char, 200> buffer{};
        while (std::fgets(buffer.data(), static_cast<int>(buffer.size()), output_) != nullptr) {
            std::cout << buffer.data() << std::flush;
            if (line + "\n" == buffer.data()) return;
        }
        throw std::runtime_error("the process has ended without printing: " + line);
    }
    /// Ends the process as a crash does: it does not close its session.
    void kill() {
        if (process_ <= 0) return;
        ::kill(process_, SIGKILL);
        ::waitpid(process_, nullptr, 0);
        process_ = 0;
    }

private:
    ::pid_t process_ = 0;
    std::FILE* output_ = nullptr;
};
