// SPDX-License-Identifier: Apache-2.0
#include "cli/session.hpp"

#include <utility>

namespace tool {

Session::Session(const Settings& settings, Output& out, std::vector<std::string> program)
    : settings_(&settings), out_(&out), program_(std::move(program)) {}

kazoo::KazooClient& Session::zk() {
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
    try {
        client->start(connect_timeout(*settings_));
    } catch (const kazoo::ConfigurationError&) {
        throw;
    } catch (const kazoo::KazooException& error) {
        throw Failure(ExitCode::not_connected, error.what());
    }
    return client;
}

void Session::fail(ExitCode code) noexcept {
    if (exit_code_ == 0) {
        exit_code_ = static_cast<int>(code);
    }
}

}  // namespace tool
