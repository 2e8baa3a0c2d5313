// SPDX-License-Identifier: Apache-2.0
#include "memory_handler.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace bench {
namespace {

namespace asio = boost::asio;
using kazoo::transport::Sink;

/// As much as the real transport reads at once.
constexpr std::size_t read_size = std::size_t{64} << 10;

class MemoryTransport final : public kazoo::transport::Transport {
public:
    MemoryTransport(asio::io_context& loop, MemoryServer& server, std::weak_ptr<Sink> sink)
        : loop_(loop), connection_(std::make_shared<Connection>(server, std::move(sink))) {}
    ~MemoryTransport() override { connection_->open = false; }

    void resolve(std::uint64_t attempt, const std::string& host, std::uint16_t port) override {
        asio::post(loop_, [connection = connection_, attempt, host, port] {
            if (const auto sink = connection->sink.lock()) {
                sink->on_resolved(attempt, {}, {{host, port}});
            }
        });
    }
    void connect(std::uint64_t attempt, const kazoo::base::Endpoint&) override {
        connection_->attempt = attempt;
        connection_->open = true;
        asio::post(loop_, [connection = connection_, attempt] {
            if (const auto sink = connection->sink.lock()) {
                sink->on_connected(attempt);
            }
        });
    }
    [[nodiscard]] bool send(kazoo::base::Buffer& bytes) override {
        connection_->server.answer(bytes.span(), connection_->answers);
        bytes.clear();
        if (!std::exchange(connection_->reading, true)) {
            asio::post(loop_, [connection = connection_] { connection->read(); });
        }
        return true;
    }
    void disconnect() override { connection_->open = false; }

private:
    struct Connection {
        Connection(MemoryServer& answering, std::weak_ptr<Sink> receiver)
            : server(answering), sink(std::move(receiver)) {}

        void read() {
            std::swap(answers, incoming);
            reading = false;
            for (auto rest = incoming.span(); !rest.empty();) {
                const auto part = rest.first(std::min(rest.size(), read_size));
                rest = rest.subspan(part.size());
                const auto receiver = sink.lock();
                if (!receiver || !open) {
                    break;
                }
                receiver->on_bytes(attempt, part);
            }
            incoming.clear();
            if (const auto receiver = sink.lock(); receiver && server.ended()) {
                receiver->on_closed(attempt, std::make_error_code(std::errc::connection_reset), {});
            }
        }

        MemoryServer& server;
        const std::weak_ptr<Sink> sink;
        std::uint64_t attempt = 0;
        bool open = false;
        bool reading = false;
        kazoo::base::Buffer answers;
        kazoo::base::Buffer incoming;
    };

    asio::io_context& loop_;
    const std::shared_ptr<Connection> connection_;
};

class MemoryEnvironment final : public kazoo::driver::Environment {
public:
    MemoryEnvironment(asio::io_context& loop, MemoryServer& server, const MemoryHandler& handler)
        : loop_(loop), server_(server), handler_(handler) {}

    [[nodiscard]] kazoo::TimePoint now() const noexcept override { return handler_.now(); }
    void post(kazoo::Task task) override { asio::post(loop_, std::move(task)); }
    /// The time never comes.
    void set_timer(kazoo::TimePoint, kazoo::Task task) override { timer_ = std::move(task); }
    void clear_timer() override { timer_ = nullptr; }
    [[nodiscard]] std::unique_ptr<kazoo::transport::Transport> make_transport(
        std::weak_ptr<Sink> sink
    ) override {
        return std::make_unique<MemoryTransport>(loop_, server_, std::move(sink));
    }

private:
    asio::io_context& loop_;
    MemoryServer& server_;
    const MemoryHandler& handler_;
    kazoo::Task timer_;
};

}  // namespace

std::shared_ptr<kazoo::driver::Environment> MemoryHandler::make_environment() {
    return std::make_shared<MemoryEnvironment>(loop_, server_, *this);
}

}  // namespace bench
