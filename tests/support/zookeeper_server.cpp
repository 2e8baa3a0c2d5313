#include "support/zookeeper_server.hpp"

#include "support/child_process.hpp"
#include "support/loopback.hpp"
#include "support/wait_until.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>

namespace kazoo::testing_support {
namespace {

constexpr std::chrono::milliseconds stop_limit{5000};
constexpr std::chrono::milliseconds answer_limit{5000};
/// A server that is coming up may accept a connection and never answer on it.
constexpr std::chrono::milliseconds probe_limit{500};
constexpr int port_attempts = 5;

std::string read_file(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::filesystem::path make_directory() {
    auto name = (std::filesystem::temp_directory_path() / "kazoo-zookeeper-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
        throw std::system_error(errno, std::generic_category(), name);
    }
    return name;
}

}  // namespace

ApacheServer::ApacheServer(ApacheOptions options)
    : options_(std::move(options)), directory_(make_directory()), owner_(::getpid()) {}

ApacheServer::~ApacheServer() {
    if (::getpid() != owner_) return;  // a forked copy of the test, not the server's owner
    kill9();
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
}

void ApacheServer::start() {
    if (running()) return;
    const bool port_is_fixed = port_ != 0;
    for (int attempt = 1;; ++attempt) {
        if (!port_is_fixed) port_ = free_port();
        launch();
        bool ready = false;
        wait_until([&] { return exited() || (ready = serving()); }, options_.ready_limit);
        if (ready) return;
        const bool taken = log_tail().find("Address already in use") != std::string::npos;
        kill9();
        if (!taken || port_is_fixed || attempt == port_attempts) {
            throw std::runtime_error("ZooKeeper did not become ready. Its log:\n" + log_tail());
        }
    }
}

void ApacheServer::stop() {
    end_with(SIGTERM);
}

void ApacheServer::kill9() {
    end_with(SIGKILL);
}

void ApacheServer::restart() {
    kill9();
    start();
}

void ApacheServer::pause() {
    if (!running()) throw std::runtime_error("pause: the server does not run");
    ::kill(pid_, SIGSTOP);
    int status = 0;
    if (::waitpid(pid_, &status, WUNTRACED) != pid_ || !WIFSTOPPED(status)) {
        pid_ = -1;
        throw std::runtime_error("the server ended instead of pausing. Its log:\n" + log_tail());
    }
}

void ApacheServer::resume() {
    if (running()) ::kill(pid_, SIGCONT);
}

std::string ApacheServer::hosts() const {
    return "127.0.0.1:" + std::to_string(port_);
}

std::string ApacheServer::four_letter_word(std::string_view command) const {
    return exchange(port_, command, answer_limit);
}

std::string ApacheServer::log_tail(std::size_t bytes) const {
    const auto log = read_file(directory_ / "log");
    return log.substr(log.size() - std::min(log.size(), bytes));
}

bool ApacheServer::serving() const {
    // "imok" comes from the listener, which is up a moment before requests are served.
    return exchange(port_, "ruok", probe_limit) == "imok" &&
           exchange(port_, "srvr", probe_limit).find("Mode:") != std::string::npos;
}

bool ApacheServer::exited() {
    if (running() && ::waitpid(pid_, nullptr, WNOHANG) == pid_) pid_ = -1;
    return !running();
}

void ApacheServer::launch() {
    std::ofstream config(directory_ / "zoo.cfg", std::ios::trunc);
    config << read_file(KAZOO_TEST_SUPPORT_DIR "/zoo.cfg");
    config << "dataDir=" << (directory_ / "data").string() << "\nclientPort=" << port_ << '\n';
    for (const auto& line : options_.config_lines) config << line << '\n';
    config.close();
    if (!config) throw std::runtime_error("cannot write " + (directory_ / "zoo.cfg").string());
    pid_ = spawn_child(command_line(), directory_ / "log");
}

void ApacheServer::end_with(int signal_number) {
    if (!running()) return;
    ::kill(pid_, signal_number);
    ::kill(pid_, SIGCONT);  // a paused process takes SIGTERM only once it goes on
    if (!wait_until([this] { return exited(); }, stop_limit)) {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        pid_ = -1;
    }
}

std::vector<std::string> ApacheServer::command_line() const {
    std::vector<std::string> command{"java", "@" KAZOO_TEST_SUPPORT_DIR "/zookeeper.jvm"};
    if (const char* classpath = std::getenv("KAZOO_ZOOKEEPER_CLASSPATH")) {
        command.insert(command.end(), {"-cp", classpath});
    }
    for (const auto& property : options_.system_properties) command.push_back("-D" + property);
    command.insert(
        command.end(),
        {"org.apache.zookeeper.server.quorum.QuorumPeerMain", (directory_ / "zoo.cfg").string()}
    );
    return command;
}

}  // namespace kazoo::testing_support
