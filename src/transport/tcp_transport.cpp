// SPDX-License-Identifier: Apache-2.0
// TCP by means of Asio. Each completion handler runs through Turns and keeps its Link alive; the
// Link refers to the client (Sink) weakly.
#include "transport/tcp_transport.hpp"

#include "transport/context_executor.hpp"
#include "transport/open_socket.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>

#include <array>
#include <new>
#include <utility>

namespace kazoo::transport {
namespace {

using boost::asio::ip::tcp;

/// Capacity of the output buffer that is kept for the next write.
constexpr std::size_t kept_output = 256 << 10;

std::vector<base::Endpoint> to_endpoints(
    const NameLookup::Addresses& addresses, std::uint16_t port
) {
    std::vector<base::Endpoint> endpoints;
    for (const auto& entry : addresses) {
        endpoints.push_back({entry.endpoint().address().to_string(), port});
    }
    return endpoints;
}

/// Reports the result of a lookup to the sink, in its turn.
void report_addresses(
    const std::shared_ptr<Turns>& turns,
    const std::weak_ptr<Sink>& sink,
    std::uint64_t attempt,
    std::error_code error,
    std::vector<base::Endpoint> found
) {
    turns->run([sink, attempt, error, found = std::move(found)]() mutable {
        if (const auto target = sink.lock()) {
            target->on_resolved(attempt, error, std::move(found));
        }
    });
}

}  // namespace

/// One connection, from the attempt to its end. Its pending handlers keep it alive. Once closed it
/// calls the sink no more. All members are used within turns_ only.
class TcpTransport::Link : public std::enable_shared_from_this<Link> {
public:
    Link(
        const boost::asio::any_io_executor& executor,
        std::shared_ptr<Turns> turns,
        std::uint64_t attempt,
        std::weak_ptr<Sink> sink
    )
        : socket_(ContextExecutor::of(executor)),
          turns_(std::move(turns)),
          attempt_(attempt),
          sink_(std::move(sink)) {}

    void connect(const base::Endpoint& endpoint) {
        boost::system::error_code error;
        const auto address = boost::asio::ip::make_address(endpoint.address, error);
        const tcp::endpoint target(address, endpoint.port);
        if (!error) {
            error = open_socket(socket_, target.protocol());
        }
        auto connected = [self = shared_from_this()](boost::system::error_code failed) {
            self->turns_->run([self, failed] { self->on_connected(failed); });
        };
        if (error) {
            boost::asio::post(socket_.get_executor(), [connected = std::move(connected), error] {
                connected(error);
            });
        } else {
            socket_.async_connect(target, std::move(connected));
        }
    }

    void send(base::Buffer& bytes) {
        out_.clear();
        out_.swap(bytes);
        sent_ = 0;
        write();
    }

    void close() {
        closed_ = true;
        boost::system::error_code ignored;  // the descriptor is closed in any case
        socket_.close(ignored);
    }

private:
    void on_connected(boost::system::error_code failed) {
        if (failed) {
            return fail(failed);
        }
        boost::system::error_code ignored;  // without it the connection is slower, but works
        socket_.set_option(tcp::no_delay(true), ignored);
        if (const auto sink = open_sink()) {
            sink->on_connected(attempt_);
            read();  // does nothing if the sink has closed this meanwhile
        }
    }

    void read() {
        if (closed_) {
            return;
        }
        try {
            socket_.async_read_some(
                boost::asio::buffer(in_),
                [self = shared_from_this()](boost::system::error_code failed, std::size_t n) {
                    self->turns_->run([self, failed, n] { self->on_read(failed, n); });
                }
            );
        } catch (const std::bad_alloc&) {
            fail(boost::asio::error::no_memory);
        }
    }

    void on_read(boost::system::error_code failed, std::size_t n) {
        if (failed) {
            return fail(failed);
        }
        if (const auto sink = open_sink()) {
            sink->on_bytes(attempt_, std::as_bytes(std::span(in_.data(), n)));
            read();
        }
    }

    /// Writes step by step. asio::async_write would run its intermediate steps directly on the
    /// executor, outside the turns, at the same time as other handlers of the client.
    void write() {
        socket_.async_write_some(
            boost::asio::buffer(out_.data() + sent_, out_.size() - sent_),
            [self = shared_from_this()](boost::system::error_code failed, std::size_t n) {
                self->turns_->run([self, failed, n] { self->on_written(failed, n); });
            }
        );
    }

    void on_written(boost::system::error_code failed, std::size_t n) {
        if (failed || closed_) {
            return fail(failed);
        }
        sent_ += n;
        if (sent_ < out_.size()) {
            try {
                return write();
            } catch (const std::bad_alloc&) {
                return fail(boost::asio::error::no_memory);
            }
        }
        out_.clear();
        out_.release_if_larger_than(kept_output);
        if (const auto sink = open_sink()) {
            sink->on_sent(attempt_);
        }
    }

    void fail(boost::system::error_code error) {
        if (const auto sink = open_sink()) {
            close();
            sink->on_closed(attempt_, error);
        }
    }

    std::shared_ptr<Sink> open_sink() const { return closed_ ? nullptr : sink_.lock(); }

    Socket socket_;
    const std::shared_ptr<Turns> turns_;
    std::uint64_t attempt_;
    std::weak_ptr<Sink> sink_;  // weak: pending handlers must not keep the client alive
    bool closed_ = false;
    base::Buffer out_;                // being written, must not move meanwhile
    std::size_t sent_ = 0;            // bytes of out_ that have been written
    std::array<char, 64 * 1024> in_;  // filled by the read under way
};

TcpTransport::TcpTransport(
    boost::asio::any_io_executor executor, std::shared_ptr<Turns> turns, std::weak_ptr<Sink> sink
)
    : executor_(std::move(executor)), turns_(std::move(turns)), sink_(std::move(sink)) {}

TcpTransport::~TcpTransport() {
    disconnect();
}

void TcpTransport::resolve(std::uint64_t attempt, const std::string& host, std::uint16_t port) {
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(host, error);
    if (!error) {
        std::vector<base::Endpoint> found{{address.to_string(), port}};
        boost::asio::post(
            executor_,
            [turns = turns_, sink = sink_, attempt, found = std::move(found)]() mutable {
                report_addresses(turns, sink, attempt, {}, std::move(found));
            }
        );
        return;
    }
    std::erase_if(names_, [&](const Name& name) {
        return name.lookup->finished() || (name.host == host && name.port == port);
    });
    auto lookup = std::make_shared<NameLookup>(
        executor_,
        [turns = turns_, sink = sink_, attempt, port](
            std::error_code failed, const NameLookup::Addresses& addresses
        ) {
            std::vector<base::Endpoint> found;
            try {
                found = to_endpoints(addresses, port);
            } catch (const std::bad_alloc&) {
                failed = std::make_error_code(std::errc::not_enough_memory);
            }
            report_addresses(turns, sink, attempt, failed, std::move(found));
        }
    );
    names_.push_back({host, port, lookup});
    lookup->start(host);
}

void TcpTransport::connect(std::uint64_t attempt, const base::Endpoint& endpoint) {
    disconnect();
    link_ = std::make_shared<Link>(executor_, turns_, attempt, sink_);
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
