#include "testing/host.hpp"
#include "testing/host_owner.hpp"

#include <kazoo/testing/server.hpp>

#include <utility>

namespace kazoo::testing {

Server::Server(const ServerOptions& options)
    : ServerControl(std::make_shared<Host>(options, 1, false), 0) {}

Server::Server(Server&& other) noexcept = default;

Server& Server::operator=(Server&& other) noexcept {
    std::swap(host_, other.host_);
    return *this;
}

Server::~Server() {
    give_up(host_);
}

void Server::set_read_only(bool read_only) {
    host_->call([&] {
        auto& member = *host_->place(place_).member;
        if (member.faults().read_only == read_only) {
            return;
        }
        member.faults().read_only = read_only;
        // As Apache's server does when it enters or leaves read-only mode.
        member.drop_connections(0, host_->now());
        member.on_faults_changed(host_->now());
    });
}

}  // namespace kazoo::testing
