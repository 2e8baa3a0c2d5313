// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "codec/frame.hpp"
#include "codec/headers.hpp"
#include "codec/records.hpp"
#include "support/raw_client.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace kazoo::embedded_tests {

template <class... Parts>
std::string frame_of(const Parts&... parts) {
    base::Buffer out;
    codec::append_frame(out, parts...);
    return {reinterpret_cast<const char*>(out.data()), out.size()};
}

/// A client over TLS that sends arbitrary bytes and trusts one certificate, or an authority's.
class RawTlsClient {
public:
    explicit RawTlsClient(const std::string& trusted) {
        context_.load_verify_file(trusted);
        context_.set_verify_mode(boost::asio::ssl::verify_peer);
    }
    RawTlsClient(const std::string& trusted, std::uint16_t port) : RawTlsClient(trusted) {
        open(port);
    }

    /// Presents a certificate to servers that ask for one.
    RawTlsClient(
        const std::string& trusted, const std::string& certificate_file, const std::string& key_file
    )
        : RawTlsClient(trusted) {
        context_.use_certificate_chain_file(certificate_file);
        context_.use_private_key_file(key_file, boost::asio::ssl::context::pem);
    }
    /// Connects and performs the handshake.
    void open(std::uint16_t port) {
        stream_.emplace(io_, context_);
        stream_->lowest_layer().connect({boost::asio::ip::address_v4::loopback(), port});
        stream_->handshake(boost::asio::ssl::stream_base::client);
    }

    void send(std::string_view bytes) {
        boost::asio::write(*stream_, boost::asio::buffer(bytes.data(), bytes.size()));
    }
    std::string read(std::size_t count) {
        std::string bytes(count, '\0');
        boost::asio::read(*stream_, boost::asio::buffer(bytes));
        return bytes;
    }
    /// Reads until the server ends the stream; sets `end` to the reason.
    std::string read_all(boost::system::error_code& end) {
        std::string all;
        boost::asio::read(*stream_, boost::asio::dynamic_buffer(all), end);
        return all;
    }
    /// Returns the next frame without its length.
    std::string read_frame() {
        const std::string prefix = read(4);
        return read(base::load_be32(std::as_bytes(std::span(prefix)).data()));
    }

    /// Begins a session.
    void connect() {
        send(frame_of(testing_support::new_session()));
        read_frame();
    }
    /// Sends a request and returns the error of its reply, and its body in `body`.
    Errc request(codec::Opcode op, const auto& record, std::string& body) {
        codec::RequestHeader header;
        header.xid = op == codec::Opcode::auth ? codec::auth_xid : ++last_xid_;
        header.type = op;
        send(frame_of(header, record));
        const std::string frame = read_frame();
        codec::Decoder in(std::as_bytes(std::span(frame)));
        codec::ReplyHeader reply;
        if (!codec::decode(in, reply)) throw std::runtime_error("not a reply");
        body = frame.substr(16);
        return static_cast<Errc>(reply.err);
    }
    template <class Record>
    Errc request(const Record& record) {
        std::string ignored;
        return request(Record::opcode, record, ignored);
    }
    /// Creates a node and returns the error.
    Errc create(std::string_view path, const AclList& acl) {
        codec::CreateRequest record;
        record.path = path;
        record.data = "x";
        record.acl = acl;
        return request(record);
    }
    Errc get(std::string_view path) { return request(codec::GetDataRequest{path, false}); }

private:
    boost::asio::io_context io_;
    boost::asio::ssl::context context_{boost::asio::ssl::context::tls_client};
    std::optional<boost::asio::ssl::stream<boost::asio::ip::tcp::socket>> stream_;
    std::int32_t last_xid_ = 0;
};

}  // namespace kazoo::embedded_tests
