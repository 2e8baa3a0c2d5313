// SPDX-License-Identifier: Apache-2.0
#include "support/zookeeper_server.hpp"

#include "support/files.hpp"
#include "support/loopback.hpp"
#include "support/wait_until.hpp"

#include <unistd.h>

#include <csignal>
#include <stdexcept>
#include <system_error>

namespace kazoo::testing_support {
namespace {

constexpr std::chrono::milliseconds answer_limit{5000};
/// Short: a server that is starting may accept a connection and never answer on it.
constexpr std::chrono::milliseconds probe_limit{500};
constexpr int port_attempts = 5;

}  // namespace

ApacheServer::ApacheServer(ApacheOptions options)
    : options_(std::move(options)),
      directory_(make_directory()),
      process_(directory_),
      owner_(::getpid()) {}

ApacheServer::~ApacheServer() {
    if (::getpid() != owner_) return;  // in a forked child
    kill9();
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
}

void ApacheServer::start() {
    if (running()) return;
    const bool port_is_fixed = port_ != 0;
    for (int attempt = 1;; ++attempt) {
        if (!port_is_fixed) choose_ports();
        launch();
        bool ready = false;
        wait_until([&] { return process_.exited() || (ready = serving()); }, options_.ready_limit);
        if (ready) return;
        const bool taken = log_tail().find("Address already in use") != std::string::npos;
        kill9();
        if (!taken || port_is_fixed || attempt == port_attempts) {
            throw std::runtime_error("ZooKeeper did not become ready. Its log:\n" + log_tail());
        }
    }
}

void ApacheServer::stop() {
    process_.end_with(SIGTERM);
}

void ApacheServer::kill9() {
    process_.end_with(SIGKILL);
}

void ApacheServer::restart() {
    kill9();
    start();
}

void ApacheServer::pause() {
    process_.pause();
}

void ApacheServer::resume() {
    process_.resume();
}

std::string ApacheServer::hosts() const {
    return "127.0.0.1:" + std::to_string(port_);
}

std::string ApacheServer::four_letter_word(std::string_view command) const {
    return exchange(port_, command, answer_limit);
}

std::string ApacheServer::log_tail(std::size_t bytes) const {
    return process_.log_tail(bytes);
}

bool ApacheServer::serving() const {
    // The listener answers "imok" slightly before requests are served.
    return exchange(port_, "ruok", probe_limit) == "imok" &&
           exchange(port_, "srvr", probe_limit).find("Mode:") != std::string::npos;
}

void ApacheServer::choose_ports() {
    port_ = free_port();
    if (!options_.with_secure_port) return;
    do {
        secure_port_ = free_port();
    } while (secure_port_ == port_);
}

void ApacheServer::launch() {
    std::vector<std::string> lines{
        "dataDir=" + (directory_ / "data").string(), "clientPort=" + std::to_string(port_)};
    if (options_.with_secure_port) {
        lines.push_back("secureClientPort=" + std::to_string(secure_port_));
        lines.emplace_back("secureClientPortAddress=127.0.0.1");
    }
    lines.insert(lines.end(), options_.config_lines.begin(), options_.config_lines.end());
    process_.configure(lines);
    std::vector<std::string> arguments;
    for (const auto& property : options_.system_properties) arguments.push_back("-D" + property);
    process_.launch(arguments);
}

}  // namespace kazoo::testing_support
