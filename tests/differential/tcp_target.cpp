// SPDX-License-Identifier: Apache-2.0
#include "support/raw_client.hpp"
#include "target.hpp"

#include <map>
#include <system_error>
#include <utility>

namespace kazoo::differential {
namespace {

class TcpTarget final : public Target {
public:
    TcpTarget(std::string name, std::uint16_t port) : name_(std::move(name)), port_(port) {}

    std::string name() const override { return name_; }

    Link open() override {
        connections_.emplace(++last_link_, port_);
        return last_link_;
    }

    void send(Link link, std::string_view bytes) override {
        try {
            connections_.at(link).send(bytes);
        } catch (const std::system_error&) {
            // Closed by the server; the next receive() reports it.
        }
    }

    Received receive(Link link, std::chrono::milliseconds patience) override {
        auto& connection = connections_.at(link);
        if (!connection.readable(patience)) return {};
        auto frame = connection.read_frame();
        const auto kind = frame.empty() ? Received::Kind::closed : Received::Kind::frame;
        return {kind, std::move(frame)};
    }

    void close(Link link) override { connections_.erase(link); }

private:
    std::string name_;
    std::uint16_t port_;
    Link last_link_ = 0;
    std::map<Link, testing_support::RawClient> connections_;
};

}  // namespace

std::unique_ptr<Target> connect_to(std::string name, std::uint16_t port) {
    return std::make_unique<TcpTarget>(std::move(name), port);
}

}  // namespace kazoo::differential
