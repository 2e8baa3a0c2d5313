// SPDX-License-Identifier: Apache-2.0
#include "cli/session.hpp"

#include "cli/node_path.hpp"

#include <utility>

namespace tool {

Session::Session(
    const Settings& settings, Output& out, std::vector<std::string> program, Interactive* shell
)
    : settings_(&settings), out_(&out), program_(std::move(program)), shell_(shell) {}

kazoo::KazooClient& Session::zk() {
    if (shell_ != nullptr) {
        check_interrupted();
        connect_client(shell_->client());
        return shell_->client();
    }
    if (!zk_) {
        zk_ = connected_client(std::nullopt);
    }
    return *zk_;
}

std::unique_ptr<kazoo::KazooClient> Session::connect(const std::string& hosts) const {
    return connected_client(hosts);
}

std::unique_ptr<kazoo::KazooClient> Session::connected_client(
    const std::optional<std::string>& hosts
) const {
    auto client = std::make_unique<kazoo::KazooClient>(client_options(*settings_, hosts));
    connect_client(*client);
    return client;
}

void Session::connect_client(kazoo::KazooClient& client) const {
    try {
        client.start(connect_timeout(*settings_));
    } catch (const kazoo::ConfigurationError&) {
        throw;
    } catch (const kazoo::KazooException& error) {
        throw Failure(ExitCode::not_connected, error.what());
    }
}

std::string Session::resolve(const std::string& path) const {
    return shell_ != nullptr ? resolve_path(shell_->directory(), path) : path;
}

kazoo::CallOptions Session::call() const {
    kazoo::CallOptions options;
    if (shell_ != nullptr) {
        options.stop_token(shell_->interrupt().token());
    }
    return options;
}

void Session::check_interrupted() const {
    if (shell_ != nullptr) {
        shell_->interrupt().check();
    }
}

void Session::fail(ExitCode code) noexcept {
    if (exit_code_ == 0) {
        exit_code_ = static_cast<int>(code);
    }
}

}  // namespace tool
