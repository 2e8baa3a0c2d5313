// SPDX-License-Identifier: Apache-2.0
#include "cli/session.hpp"

#include "cli/node_path.hpp"

#include <csignal>
#include <utility>

namespace tool {

Session::Session(
    const Settings& settings, Output& out, std::vector<std::string> program, Interactive* shell
)
    : settings_(&settings), out_(&out), program_(std::move(program)), shell_(shell) {}

kazoo::KazooClient& Session::zk() {
    if (shell_ != nullptr) {
        check_interrupted();
        wait_for_shell();
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

/// Unlike KazooClient::start, this does not stop the client: its session may be alive. Operations
/// of a suspended session wait for the connection themselves.
void Session::wait_for_shell() const {
    kazoo::KazooClient& client = shell_->client();
    if (client.connected() || client.state() == kazoo::KazooState::SUSPENDED) {
        return;
    }
    bool connected = false;
    try {
        connected = client.start_async().wait(connect_timeout(*settings_));
    } catch (const Interrupted&) {
        throw Failure(
            static_cast<ExitCode>(128 + SIGINT), "interrupted before a connection was made"
        );
    }
    if (!connected) {
        const bool refused = client.client_state() == kazoo::KeeperState::AUTH_FAILED;
        throw Failure(
            ExitCode::not_connected,
            refused ? "the server has refused the credentials"
                    : "no connection was made within --connect-timeout"
        );
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
