// SPDX-License-Identifier: Apache-2.0
#include "output/pager.hpp"

#include "cli/exit_code.hpp"
#include "run/program.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <sstream>
#include <system_error>

namespace tool {
namespace {

bool is_installed(const std::string& program) {
    const char* const path = std::getenv("PATH");
    std::istringstream folders(path != nullptr ? path : "");
    std::string folder;
    while (std::getline(folders, folder, ':')) {
        if (::access((folder + "/" + program).c_str(), X_OK) == 0) {
            return true;
        }
    }
    return false;
}

}  // namespace

std::optional<std::string> Pager::command() {
    for (const char* const name : {"KAZOO_PAGER", "PAGER"}) {
        if (const char* const value = std::getenv(name)) {
            const std::string command = value;
            return command.empty() || command == "cat" ? std::nullopt : std::optional(command);
        }
    }
    return is_installed("less") ? std::optional<std::string>("less") : std::nullopt;
}

Pager::Pager(const std::string& command) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) {
        throw Failure(
            ExitCode::failed, "cannot create a pipe: " + std::generic_category().message(errno)
        );
    }
    // What less does with one page, with colours and with the screen, unless the user has said it.
    Variables variables;
    if (std::getenv("LESS") == nullptr) {
        variables.emplace_back("LESS", "FRX");
    }
    try {
        program_ = start_program({"/bin/sh", "-c", command}, variables, false, ends[0]);
    } catch (...) {
        ::close(ends[0]);
        ::close(ends[1]);
        throw;
    }
    ::close(ends[0]);
    input_ = ends[1];
    struct sigaction ignore {};
    ignore.sa_handler = SIG_IGN;
    ::sigaction(SIGINT, &ignore, &interrupt_before_);
}

Pager::~Pager() {
    end();
}

int Pager::end() noexcept {
    if (program_ < 0) {
        return 0;
    }
    ::close(input_);
    int status = 0;
    while (::waitpid(program_, &status, 0) < 0 && errno == EINTR) {
    }
    program_ = -1;
    ::sigaction(SIGINT, &interrupt_before_, nullptr);
    return exit_code_of_status(status);
}

}  // namespace tool
