// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transport/receive_buffer.hpp"
#include "transport/tcp_link.hpp"
#include "transport/tls_engine.hpp"

#include <kazoo/tls_options.hpp>

#include <memory>
#include <optional>

namespace kazoo::transport {

/// A connection with TLS over TCP. The sink sees it as connected when the handshake is done.
///
///     send --> plain_ --> engine: encrypt --> write      a part at a time, each in one write
///     received --> engine: decrypt --> decrypted_ --> Sink::on_bytes
class TlsLink final : public TcpLink {
public:
    /// `endpoint` as given to connect().
    TlsLink(
        const boost::asio::any_io_executor& executor,
        std::shared_ptr<Turns> turns,
        std::uint64_t attempt,
        std::weak_ptr<Sink> sink,
        std::shared_ptr<const TlsOptions> options,
        base::Endpoint endpoint
    );

    [[nodiscard]] bool send(base::Buffer& bytes) override;

private:
    void opened() override;
    Unread received(std::span<const std::byte> bytes, std::size_t again) override;
    void written() override;
    void ended(boost::system::error_code error) override;
    void write_failed(boost::system::error_code error) override;
    void closing() noexcept override;

    void shake_hands();
    void decrypt();
    void encrypt();
    void flush();
    void fail_with_reason();

    const std::shared_ptr<const TlsOptions> options_;
    const base::Endpoint endpoint_;
    std::optional<TlsEngine> engine_;  // from opened() on
    base::Buffer plain_;               // given to send()
    std::size_t encrypted_ = 0;        // bytes of plain_ that are encrypted
    bool sending_ = false;             // on_sent() is due
    bool broken_ = false;              // encryption has failed; reported with the end of the read
    boost::system::error_code write_error_;
    ReceiveBuffer decrypted_;
};

}  // namespace kazoo::transport
