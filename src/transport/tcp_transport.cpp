#include "transport/tcp_transport.hpp"

#include "transport/open_socket.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <utility>

namespace kazoo::transport {
namespace {

using boost::asio::ip::tcp;

std::vector<base::Endpoint> to_endpoints(
    const NameLookup::Addresses& addresses, std::uint16_t port
) {
    std::vector<base::Endpoint> endpoints;
    for (const auto& entry : addresses) {
        endpoints.push_back({entry.endpoint().address().to_string(), port});
    }
    return endpoints;
}

}  // namespace

/// One connection, from its attempt to its end. Its handlers keep it alive; once closed it is
/// silent.
class TcpTransport::Link : public std::enable_shared_from_this<Link> {
public:
    Link(
        const boost::asio::any_io_executor& executor,
        std::uint64_t attempt,
        std::weak_ptr<Sink> sink
    )
        : socket_(executor), attempt_(attempt), sink_(std::move(sink)) {}

    void connect(const base::Endpoint& endpoint) {
        boost::system::error_code error;
        const auto address = boost::asio::ip::make_address(endpoint.address, error);
        const tcp::endpoint target(address, endpoint.port);
        if (!error) {
            error = open_socket(socket_, target.protocol());
        }
        if (error) {
            boost::asio::post(socket_.get_executor(), [self = shared_from_this(), error] {
                self->fail(error);
            });
            return;
        }
        socket_.async_connect(
            target,
            [self = shared_from_this()](boost::system::error_code failed) {
                if (failed) {
                    return self->fail(failed);
                }
                boost::system::error_code ignored;  // slower without, but it works
                self->socket_.set_option(tcp::no_delay(true), ignored);
                if (const auto sink = self->open_sink()) {
                    sink->on_connected(self->attempt_);
                    self->read();
                }
            }
        );
    }

    void send(base::Buffer& bytes) {
        out_.clear();
        out_.swap(bytes);
        boost::asio::async_write(
            socket_,
            boost::asio::buffer(out_.data(), out_.size()),
            [self = shared_from_this()](boost::system::error_code failed, std::size_t) {
                if (failed) {
                    return self->fail(failed);
                }
                if (const auto sink = self->open_sink()) {
                    sink->on_sent(self->attempt_);
                }
            }
        );
    }

    void close() {
        closed_ = true;
        boost::system::error_code ignored;  // the descriptor is gone in any case
        socket_.close(ignored);
    }

private:
    void read() {
        if (closed_) {
            return;
        }
        socket_.async_read_some(
            boost::asio::buffer(in_),
            [self = shared_from_this()](boost::system::error_code failed, std::size_t n) {
                if (failed) {
                    return self->fail(failed);
                }
                if (const auto sink = self->open_sink()) {
                    sink->on_bytes(self->attempt_, std::as_bytes(std::span(self->in_.data(), n)));
                    self->read();
                }
            }
        );
    }

    void fail(boost::system::error_code error) {
        if (const auto sink = open_sink()) {
            close();
            sink->on_closed(attempt_, error);
        }
    }

    std::shared_ptr<Sink> open_sink() const { return closed_ ? nullptr : sink_.lock(); }

    tcp::socket socket_;
    std::uint64_t attempt_;
    std::weak_ptr<Sink> sink_;
    bool closed_ = false;
    base::Buffer out_;
    std::array<char, 64 * 1024> in_;
};

TcpTransport::TcpTransport(boost::asio::any_io_executor executor, std::weak_ptr<Sink> sink)
    : executor_(std::move(executor)), sink_(std::move(sink)) {}

TcpTransport::~TcpTransport() {
    disconnect();
}

void TcpTransport::resolve(std::uint64_t attempt, const std::string& host, std::uint16_t port) {
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(host, error);
    if (!error) {
        boost::asio::post(executor_, [sink = sink_, attempt, port, text = address.to_string()] {
            if (const auto target = sink.lock()) {
                target->on_resolved(attempt, {}, {{text, port}});
            }
        });
        return;
    }
    std::erase_if(names_, [&](const Name& name) {
        return name.lookup->finished() || (name.host == host && name.port == port);
    });
    auto lookup = std::make_shared<NameLookup>(
        executor_,
        [sink = sink_,
         attempt,
         port](std::error_code failed, const NameLookup::Addresses& addresses) {
            if (const auto target = sink.lock()) {
                target->on_resolved(attempt, failed, to_endpoints(addresses, port));
            }
        }
    );
    names_.push_back({host, port, lookup});
    lookup->start(host);
}

void TcpTransport::connect(std::uint64_t attempt, const base::Endpoint& endpoint) {
    disconnect();
    link_ = std::make_shared<Link>(executor_, attempt, sink_);
    link_->connect(endpoint);
}

void TcpTransport::send(base::Buffer& bytes) {
    if (link_) {
        link_->send(bytes);
    }
}

void TcpTransport::disconnect() {
    if (link_) {
        link_->close();
        link_.reset();
    }
}

}  // namespace kazoo::transport
