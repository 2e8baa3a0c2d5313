// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buffer.hpp"
#include "base/driven_loop.hpp"
#include "transport/context_executor.hpp"
#include "transport/stream_buffer.hpp"
#include "transport/transport.hpp"
#include "transport/turns.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/error.hpp>

#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <string_view>

namespace kazoo::transport {

/// One TCP connection, from the attempt to its end. Its pending handlers keep it alive. Once closed
/// it calls the sink no more. All members are used within the turns only, except read_within().
///
/// The virtual functions pass bytes between the socket and the sink; TlsLink encrypts them.
class TcpLink : public base::DirectReader, public std::enable_shared_from_this<TcpLink> {
public:
    /// Capacity of an output buffer that is kept for the next write.
    static constexpr std::size_t kept_output = 256 << 10;

    TcpLink(
        const boost::asio::any_io_executor& executor,
        std::shared_ptr<Turns> turns,
        std::uint64_t attempt,
        std::weak_ptr<Sink> sink
    );
    TcpLink(const TcpLink&) = delete;
    TcpLink& operator=(const TcpLink&) = delete;
    ~TcpLink() override = default;

    void connect(const base::Endpoint& endpoint);
    /// As Transport::send.
    [[nodiscard]] virtual bool send(base::Buffer& bytes);
    void close() noexcept;
    /// Reads bytes of plain TCP while the loop waits for them. It then finds nothing.
    [[nodiscard]] bool read_within(std::chrono::nanoseconds limit) noexcept override;

protected:
    // What has happened to the socket. May throw std::bad_alloc, which ends the connection.

    virtual void opened();
    /// As Sink::on_more.
    [[nodiscard]] virtual Unread received(std::span<const std::byte> bytes, std::size_t again);
    /// All bytes given to write() have been written.
    virtual void written();
    /// The server has ended the connection, or it has failed.
    virtual void ended(boost::system::error_code error);
    /// Writing has failed.
    virtual void write_failed(boost::system::error_code error);
    /// The socket is about to be closed by this side.
    virtual void closing() noexcept {}

    /// Writes the bytes, which it takes. Must not be called again before written().
    void write(base::Buffer& bytes);
    [[nodiscard]] bool writing() const noexcept { return !out_.empty(); }
    /// Writes the bytes, which it takes, if the system takes them at once. Otherwise writes what it
    /// takes, leaves the rest to write(), and returns false.
    [[nodiscard]] bool write_at_once(base::Buffer& bytes);
    /// Writes what the system takes at once of some last bytes, unless a write is under way.
    void write_last(std::span<const std::byte> bytes) noexcept;
    /// Makes the read under way, or the next one, report the end of the connection.
    void interrupt() noexcept;
    /// Closes the connection and reports it, unless it has been closed before.
    void fail(std::error_code error, std::string_view why = {});
    [[nodiscard]] bool closed() const noexcept { return closed_; }
    [[nodiscard]] std::uint64_t attempt() const noexcept { return attempt_; }
    /// Returns null if this has been closed or the client is gone.
    [[nodiscard]] std::shared_ptr<Sink> open_sink() const {
        return closed_ ? nullptr : sink_.lock();
    }

private:
    template <class Function>
    void guarded(Function&& function) {
        try {
            function();
        } catch (const std::bad_alloc&) {
            fail(std::make_error_code(std::errc::not_enough_memory));
        }
    }
    void on_connected(boost::system::error_code failed);
    void read();
    void on_readable(boost::system::error_code failed);
    [[nodiscard]] std::size_t read_some(boost::system::error_code& failed);
    void note_sent() noexcept;
    void read_directly() noexcept;
    [[nodiscard]] std::size_t write_some(std::span<const std::byte> bytes) noexcept;
    void write_rest();
    void on_written(boost::system::error_code failed, std::size_t n);

    Socket socket_;
    const std::shared_ptr<Turns> turns_;
    const std::uint64_t attempt_;
    const std::weak_ptr<Sink> sink_;  // weak: pending handlers must not keep the client alive
    bool closed_ = false;
    base::Buffer out_;      // being written, must not move meanwhile
    std::size_t sent_ = 0;  // bytes of out_ that have been written
    // Reads of the loop that have to follow before the next direct read: what arrives is too much.
    int direct_pause_ = 0;
    StreamBuffer in_;  // the session's password may be in it
};

}  // namespace kazoo::transport
