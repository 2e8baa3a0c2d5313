// SPDX-License-Identifier: Apache-2.0
// TCP by means of Asio. Each completion handler runs through Turns and keeps its link alive.
#include "transport/tcp_link.hpp"

#include "transport/open_socket.hpp"
#include "transport/wait_readable.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

namespace kazoo::transport {

using boost::asio::ip::tcp;

namespace {

/// So many reads of the loop follow a direct read that has filled its memory.
constexpr int direct_patience = 16;

}  // namespace

TcpLink::TcpLink(
    const boost::asio::any_io_executor& executor,
    std::shared_ptr<Turns> turns,
    std::uint64_t attempt,
    std::weak_ptr<Sink> sink
)
    : socket_(ContextExecutor::of(executor)),
      turns_(std::move(turns)),
      attempt_(attempt),
      sink_(std::move(sink)) {}

void TcpLink::connect(const base::Endpoint& endpoint) {
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

void TcpLink::close() noexcept {
    if (closed_) {
        return;
    }
    closing();
    closed_ = true;
    boost::system::error_code ignored;  // the descriptor is closed in any case
    socket_.close(ignored);
}

// --- what plain TCP does ---

bool TcpLink::send(base::Buffer& bytes) {
    const bool sent = write_at_once(bytes);
    if (sent) {
        note_sent();
    }
    return sent;
}

void TcpLink::opened() {
    if (const auto sink = open_sink()) {
        sink->on_connected(attempt_);
    }
}

Unread TcpLink::received(std::span<const std::byte> bytes, std::size_t again) {
    const auto sink = open_sink();
    return sink ? sink->on_more(attempt_, bytes, again) : Unread();
}

void TcpLink::written() {
    if (const auto sink = open_sink()) {
        sink->on_sent(attempt_);
    }
}

void TcpLink::ended(boost::system::error_code error) {
    fail(error);
}

void TcpLink::write_failed(boost::system::error_code error) {
    fail(error);
}

// --- the socket ---

void TcpLink::on_connected(boost::system::error_code failed) {
    if (failed) {
        return fail(failed);
    }
    socket_.non_blocking(true, failed);
    if (failed) {
        return fail(failed);
    }
    boost::system::error_code ignored;  // without it the connection is slower, but works
    socket_.set_option(tcp::no_delay(true), ignored);
    guarded([this] {
        opened();
        read();  // does nothing if this has been closed meanwhile
    });
}

/// Waits first. The loop must not read in advance what read_directly() would then overtake, so that
/// bytes are read where they are processed: in a turn.
void TcpLink::read() {
    if (!open_sink()) {
        return;
    }
    socket_.async_wait(
        Socket::wait_read,
        [self = shared_from_this()](boost::system::error_code failed) {
            self->turns_->run([self, failed] { self->on_readable(failed); });
        }
    );
}

void TcpLink::on_readable(boost::system::error_code failed) {
    if (closed_) {
        return;
    }
    guarded([&] {
        const auto n = failed ? 0 : read_some(failed);
        if (failed == boost::asio::error::would_block) {
            return read();  // a direct read has taken it
        }
        if (failed) {
            return ended(failed);
        }
        in_.taken(n);
        while (const auto part = in_.part()) {
            const auto rest = received(part->bytes, part->again);
            if (closed_) {
                return;
            }
            in_.left(rest);
        }
        in_.adapt();
        direct_pause_ = std::max(direct_pause_ - 1, 0);
        read();
    });
}

std::size_t TcpLink::read_some(boost::system::error_code& failed) {
    const auto [first, second] = in_.space();
    const auto into = boost::asio::buffer(first.data(), first.size());
    if (second.empty()) {
        return socket_.read_some(into, failed);
    }
    const auto then = boost::asio::buffer(second.data(), second.size());
    return socket_.read_some(std::array{into, then}, failed);
}

/// If this thread runs the loop in place of its own thread, it may read the reply directly.
void TcpLink::note_sent() noexcept {
    auto* const driven = base::driven_loop();
    const auto& loop = boost::asio::query(socket_.get_executor(), boost::asio::execution::context);
    if (driven == nullptr || !driven->running || driven->loop != &loop || direct_pause_ > 0) {
        return;
    }
    driven->sent = true;
    driven->connection = weak_from_this();
}

bool TcpLink::read_within(std::chrono::nanoseconds limit) noexcept {
    if (closed_ || direct_pause_ > 0 || in_.holds_start() ||
        !wait_readable(socket_.native_handle(), limit)) {
        return false;
    }
    turns_->run([self = shared_from_this()] { self->read_directly(); });
    return true;
}

/// Reads into other memory than the loop: a few replies, which need not be gathered.
void TcpLink::read_directly() noexcept {
    std::array<std::byte, 4096> bytes;
    if (closed_) {
        return;
    }
    guarded([&] {
        boost::system::error_code failed;
        const auto n = socket_.read_some(boost::asio::buffer(bytes), failed);
        if (failed == boost::asio::error::would_block) {
            direct_pause_ = 1;
            return;
        }
        if (failed) {
            return ended(failed);
        }
        if (n == bytes.size()) {
            direct_pause_ = direct_patience;
        }
        if (const auto sink = open_sink()) {
            sink->on_bytes(attempt_, {bytes.data(), n});
        }
    });
}

void TcpLink::write(base::Buffer& bytes) {
    assert(!writing());
    out_.swap(bytes);
    bytes.clear();
    sent_ = 0;
    write_rest();
}

/// The usual case takes one system call and no completion handler.
bool TcpLink::write_at_once(base::Buffer& bytes) {
    assert(!writing());
    const auto n = write_some(bytes.span());
    if (n == bytes.size()) {
        bytes.clear();
        bytes.release_if_larger_than(kept_output);
        return true;
    }
    out_.swap(bytes);
    bytes.clear();
    sent_ = n;
    write_rest();  // also reports why nothing could be written
    return false;
}

/// Writes what the system takes at once; returns the number of bytes.
std::size_t TcpLink::write_some(std::span<const std::byte> bytes) noexcept {
    boost::system::error_code ignored;
    return closed_ ? 0
                   : socket_.write_some(boost::asio::buffer(bytes.data(), bytes.size()), ignored);
}

/// Writes step by step. asio::async_write would run its intermediate steps directly on the
/// executor, outside the turns, at the same time as other handlers of the client.
void TcpLink::write_rest() {
    socket_.async_write_some(
        boost::asio::buffer(out_.data() + sent_, out_.size() - sent_),
        [self = shared_from_this()](boost::system::error_code failed, std::size_t n) {
            self->turns_->run([self, failed, n] { self->on_written(failed, n); });
        }
    );
}

void TcpLink::on_written(boost::system::error_code failed, std::size_t n) {
    if (closed_) {
        return;
    }
    guarded([&] {
        if (failed) {
            return write_failed(failed);
        }
        sent_ += n;
        if (sent_ < out_.size()) {
            return write_rest();
        }
        out_.clear();
        out_.release_if_larger_than(kept_output);
        written();
    });
}

void TcpLink::write_last(std::span<const std::byte> bytes) noexcept {
    if (!writing() && !bytes.empty()) {
        static_cast<void>(write_some(bytes));
    }
}

void TcpLink::interrupt() noexcept {
    boost::system::error_code ignored;  // if it is disconnected, the read ends as well
    socket_.shutdown(tcp::socket::shutdown_both, ignored);
}

void TcpLink::fail(std::error_code error, std::string_view why) {
    if (const auto sink = open_sink()) {
        close();
        sink->on_closed(attempt_, error, why);
    }
}

}  // namespace kazoo::transport
