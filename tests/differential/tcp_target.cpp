#include "codec/frame.hpp"
#include "support/tcp_socket.hpp"
#include "target.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <deque>
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
        auto socket = testing_support::connect_to_loopback(port_);
        if (!socket) {
            throw std::system_error(errno, std::generic_category(), "connect to " + name_);
        }
        connections_.emplace(++last_link_, std::move(socket));
        return last_link_;
    }

    void send(Link link, std::string_view bytes) override {
        auto& connection = connections_.at(link);
        while (!bytes.empty()) {
            const auto n =
                ::send(connection.socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (n < 0) {
                return;  // closed by the server; the next receive() reports it
            }
            bytes.remove_prefix(static_cast<std::size_t>(n));
        }
    }

    Received receive(Link link, std::chrono::milliseconds patience) override {
        auto& connection = connections_.at(link);
        const auto deadline = std::chrono::steady_clock::now() + patience;
        while (connection.frames.empty() && !connection.closed) {
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(
                deadline - std::chrono::steady_clock::now()
            );
            pollfd readable{connection.socket.get(), POLLIN, 0};
            if (left.count() <= 0 || ::poll(&readable, 1, static_cast<int>(left.count())) == 0) {
                return {};
            }
            connection.read();
        }
        if (connection.frames.empty()) {
            return {Received::Kind::closed, {}};
        }
        Received received{Received::Kind::frame, std::move(connection.frames.front())};
        connection.frames.pop_front();
        return received;
    }

    void close(Link link) override { connections_.erase(link); }

private:
    struct Connection {
        explicit Connection(testing_support::Descriptor connected) : socket(std::move(connected)) {}

        void read() {
            std::array<std::byte, 64 * 1024> bytes;
            const auto n = ::recv(socket.get(), bytes.data(), bytes.size(), 0);
            if (n <= 0) {
                closed = true;
                return;
            }
            reader.feed(std::span(bytes).first(static_cast<std::size_t>(n)));
            for (auto item = reader.next(); item.kind != codec::FrameItem::Kind::none;
                 item = reader.next()) {
                if (item.kind != codec::FrameItem::Kind::frame) {
                    closed = true;
                    return;
                }
                frames.emplace_back(
                    reinterpret_cast<const char*>(item.bytes.data()), item.bytes.size()
                );
            }
        }

        testing_support::Descriptor socket;
        codec::FrameReader reader{16u << 20};
        std::deque<std::string> frames;
        bool closed = false;
    };

    std::string name_;
    std::uint16_t port_;
    Link last_link_ = 0;
    std::map<Link, Connection> connections_;
};

}  // namespace

std::unique_ptr<Target> connect_to(std::string name, std::uint16_t port) {
    return std::make_unique<TcpTarget>(std::move(name), port);
}

}  // namespace kazoo::differential
