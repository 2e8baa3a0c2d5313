// SPDX-License-Identifier: Apache-2.0
#include "support/proxy.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <utility>

namespace kazoo::testing_support {
namespace {

/// A receiver that does not read must not block the proxy's only thread.
constexpr std::chrono::seconds step_limit{5};

}  // namespace

Proxy::Proxy(std::uint16_t server_port, Tap tap)
    : tap_(std::move(tap)),
      listener_(listen_on_loopback()),
      port_(local_port(listener_)),
      server_port_(server_port),
      thread_([this] { run(); }) {}

Proxy::~Proxy() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    changed_.raise();
    thread_.join();
}

std::size_t Proxy::accepted() const {
    const std::lock_guard lock(mutex_);
    return accepted_;
}

void Proxy::set(Mode mode) {
    std::unique_lock lock(mutex_);
    wanted_ = mode;
    changed_.raise();
    applied_.wait(lock, [&] { return mode_ == wanted_; });
}

void Proxy::apply() {
    {
        const std::lock_guard lock(mutex_);
        mode_ = wanted_;
        if (mode_ == Mode::cut) pairs_.clear();
    }
    applied_.notify_all();
}

void Proxy::accept() {
    Descriptor client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    {
        const std::lock_guard lock(mutex_);
        ++accepted_;
    }
    if (!client || mode_ == Mode::cut) return;
    Descriptor server = connect_to_loopback(server_port_);
    if (!server) return;
    limit_steps(client, step_limit);
    limit_steps(server, step_limit);
    pairs_.push_back({std::move(client), std::move(server)});
}

/// Forwards what is available. Returns false if the connection is to be closed.
bool Proxy::move(const Descriptor& from, const Descriptor& to, const Tap& tap) {
    std::array<char, 64 * 1024> chunk;
    const auto count = ::recv(from.get(), chunk.data(), chunk.size(), MSG_DONTWAIT);
    if (count <= 0) return false;
    if (tap) tap({chunk.data(), static_cast<std::size_t>(count)});
    for (ssize_t sent = 0; sent < count;) {
        const auto now = ::send(
            to.get(), chunk.data() + sent, static_cast<std::size_t>(count - sent), MSG_NOSIGNAL
        );
        if (now <= 0) return false;
        sent += now;
    }
    return true;
}

void Proxy::run() {
    for (;;) {
        std::vector<pollfd> watched{{changed_.fd(), POLLIN, 0}, {listener_.get(), POLLIN, 0}};
        const short up = mode_ == Mode::forward || mode_ == Mode::freeze_replies ? POLLIN : 0;
        const short down = mode_ == Mode::forward ? POLLIN : 0;
        // poll() ignores negative descriptors. A held direction must not report a close either.
        for (const auto& pair : pairs_) {
            watched.push_back({up != 0 ? pair.client.get() : -1, up, 0});
            watched.push_back({down != 0 ? pair.server.get() : -1, down, 0});
        }
        if (::poll(watched.data(), watched.size(), -1) < 0) continue;  // EINTR
        std::size_t at = 2;
        std::erase_if(pairs_, [&](const Pair& pair) {
            const bool from_client = watched[at++].revents != 0;
            const bool from_server = watched[at++].revents != 0;
            return (from_client && !move(pair.client, pair.server, tap_)) ||
                   (from_server && !move(pair.server, pair.client));
        });
        if (watched[1].revents != 0) accept();
        if (watched[0].revents != 0) {
            changed_.clear();  // before the look: what changes after it raises the event again
            {
                const std::lock_guard lock(mutex_);
                if (ending_) return;
            }
            apply();
        }
    }
}

}  // namespace kazoo::testing_support
