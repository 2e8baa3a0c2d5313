#include "tool_process.hpp"

#include "support/child_process.hpp"
#include "support/wait_until.hpp"

#include <sys/wait.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace kazoo::testing_support {
namespace {

constexpr std::chrono::seconds limit{20};

}  // namespace

ToolProcess::ToolProcess(const std::vector<std::string>& arguments) {
    auto name = (std::filesystem::temp_directory_path() / "kazoo-tool-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary directory");
    directory_ = name;
    std::vector<std::string> command{KAZOO_TOOL};
    command.insert(command.end(), arguments.begin(), arguments.end());
    pid_ = spawn_child(command, directory_ / "output");
}

ToolProcess::~ToolProcess() {
    if (running()) {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
}

bool ToolProcess::running() {
    if (pid_ > 0 && ::waitpid(pid_, &status_, WNOHANG) == pid_) pid_ = -1;
    return pid_ > 0;
}

std::string ToolProcess::output() const {
    std::ifstream file(directory_ / "output");
    return {std::istreambuf_iterator<char>(file), {}};
}

std::string ToolProcess::first_line() {
    std::string text;
    const auto complete = [&] {
        const bool runs = running();
        text = output();
        return text.find('\n') != std::string::npos || !runs;
    };
    wait_until(complete, limit);
    return text.substr(0, text.find('\n'));
}

std::uint16_t ToolProcess::port() {
    const auto line = first_line();
    return static_cast<std::uint16_t>(std::stoi(line.substr(line.rfind(':') + 1)));
}

void ToolProcess::signal(int number) const {
    ::kill(pid_, number);
}

int ToolProcess::exit_code() {
    if (!wait_until([&] { return !running(); }, limit)) throw std::runtime_error("it goes on");
    return WIFEXITED(status_) ? WEXITSTATUS(status_) : 128 + WTERMSIG(status_);
}

}  // namespace kazoo::testing_support
