// SPDX-License-Identifier: Apache-2.0
#include "testing/server_thread.hpp"
#include "testing/server_thread_owner.hpp"

#include <kazoo/testing/server.hpp>

#include <utility>

namespace kazoo::testing {

Server::Server(const ServerOptions& options)
    : ServerControl(std::make_shared<ServerThread>(options, 1, false), 0) {}

Server::Server(Server&& other) noexcept = default;

Server& Server::operator=(Server&& other) noexcept {
    std::swap(server_thread_, other.server_thread_);
    return *this;
}

Server::~Server() {
    end_or_leak(server_thread_);
}

void Server::set_read_only(bool read_only) {
    server_thread_->call([&] {
        auto& server_node = *server_thread_->place(place_).server_node;
        if (server_node.faults().read_only == read_only) {
            return;
        }
        server_node.faults().read_only = read_only;
        // As Apache's server does when it enters or leaves read-only mode.
        server_node.drop_connections(0, server_thread_->now());
        server_node.on_faults_changed(server_thread_->now());
    });
}

}  // namespace kazoo::testing
