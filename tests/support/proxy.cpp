#include "support/proxy.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <functional>
#include <future>
#include <thread>
#include <vector>

namespace kazoo::testing_support {

using boost::asio::ip::tcp;
using boost::system::error_code;

/// All members except `context`, `port` and `thread` are accessed on the thread only.
struct Proxy::State {
    explicit State(std::uint16_t server_port)
        : server(boost::asio::ip::address_v4::loopback(), server_port),
          acceptor(context, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)),
          port(acceptor.local_endpoint().port()) {}

    void accept();
    void close_connections();
    /// Runs `command` on the thread and waits until it has finished.
    template <class Command>
    void run(Command command) {
        std::packaged_task<void()> task(std::move(command));
        auto done = task.get_future();
        boost::asio::post(context, std::move(task));
        done.get();
    }

    boost::asio::io_context context{1};
    const tcp::endpoint server;
    tcp::acceptor acceptor;
    const std::uint16_t port;
    std::size_t accepted = 0;
    bool refusing = false;
    bool frozen = false;
    std::vector<std::function<void()>> held;  // writes to perform at thaw()
    std::vector<std::weak_ptr<Connection>> connections;
    std::thread thread;
};

class Proxy::Connection : public std::enable_shared_from_this<Connection> {
public:
    Connection(State& state, tcp::socket client)
        : state_(state), client_(std::move(client)), server_(state.context) {}

    void start() {
        server_.async_connect(state_.server, [self = shared_from_this()](error_code failed) {
            if (failed) return self->close();
            error_code ignored;
            self->client_.set_option(tcp::no_delay(true), ignored);
            self->server_.set_option(tcp::no_delay(true), ignored);
            self->pass(self->client_, self->server_, self->upwards_);
            self->pass(self->server_, self->client_, self->downwards_);
        });
    }

    void close() {
        error_code ignored;
        client_.close(ignored);
        server_.close(ignored);
    }

private:
    using Chunk = std::array<char, 16 * 1024>;

    void pass(tcp::socket& from, tcp::socket& to, Chunk& chunk) {
        from.async_read_some(
            boost::asio::buffer(chunk),
            [self = shared_from_this(), &from, &to, &chunk](error_code failed, std::size_t size) {
                if (failed) return self->close();
                auto write = [self, &from, &to, &chunk, size] {
                    boost::asio::async_write(
                        to,
                        boost::asio::buffer(chunk.data(), size),
                        [self, &from, &to, &chunk](error_code broken, std::size_t) {
                            broken ? self->close() : self->pass(from, to, chunk);
                        }
                    );
                };
                self->state_.frozen ? self->state_.held.push_back(std::move(write)) : write();
            }
        );
    }

    State& state_;
    tcp::socket client_;
    tcp::socket server_;
    Chunk upwards_;
    Chunk downwards_;
};

void Proxy::State::accept() {
    acceptor.async_accept([this](error_code failed, tcp::socket client) {
        if (failed) return;
        ++accepted;
        if (!refusing) {
            const auto connection = std::make_shared<Connection>(*this, std::move(client));
            connections.push_back(connection);
            connection->start();
        }
        accept();
    });
}

void Proxy::State::close_connections() {
    held.clear();
    for (const auto& weak : std::exchange(connections, {})) {
        if (const auto connection = weak.lock()) connection->close();
    }
}

Proxy::Proxy(std::uint16_t server_port) : state_(std::make_unique<State>(server_port)) {
    state_->accept();
    state_->thread = std::thread([state = state_.get()] { state->context.run(); });
}

Proxy::~Proxy() {
    state_->run([state = state_.get()] {
        state->acceptor.close();
        state->close_connections();
    });
    state_->thread.join();
}

std::string Proxy::hosts() const {
    return "127.0.0.1:" + std::to_string(state_->port);
}

std::size_t Proxy::accepted() const {
    std::size_t count = 0;
    state_->run([&, state = state_.get()] { count = state->accepted; });
    return count;
}

void Proxy::cut() {
    state_->run([state = state_.get()] {
        state->refusing = true;
        state->close_connections();
    });
}

void Proxy::restore() {
    state_->run([state = state_.get()] { state->refusing = false; });
}

void Proxy::freeze() {
    state_->run([state = state_.get()] { state->frozen = true; });
}

void Proxy::thaw() {
    state_->run([state = state_.get()] {
        state->frozen = false;
        for (auto& transfer : std::exchange(state->held, {})) transfer();
    });
}

}  // namespace kazoo::testing_support
