// SPDX-License-Identifier: Apache-2.0
#include "transport/tls_link.hpp"

#include "transport/tls_context.hpp"

#include <kazoo/errors.hpp>

#include <algorithm>
#include <cassert>
#include <utility>

namespace kazoo::transport {
namespace {

/// Encrypted at a time: bounds the memory beside what the client has queued, and lets the system
/// send while the next part is encrypted.
constexpr std::size_t part_size = 256 << 10;

bool is_lost(const boost::system::error_code& error) {
    namespace failure = boost::asio::error;
    return error == failure::connection_reset || error == failure::broken_pipe;
}

}  // namespace

TlsLink::TlsLink(
    const boost::asio::any_io_executor& executor,
    std::shared_ptr<Turns> turns,
    std::uint64_t attempt,
    std::weak_ptr<Sink> sink,
    std::shared_ptr<const TlsOptions> options,
    base::Endpoint endpoint
)
    : TcpLink(executor, std::move(turns), attempt, std::move(sink)),
      options_(std::move(options)),
      endpoint_(std::move(endpoint)) {}

/// Reads the files here, on the executor: they are small, and are needed only if there is a server.
/// No mutex is held: handlers run in turns, not under a lock.
void TlsLink::opened() {
    try {
        const auto context = make_tls_context(*options_);
        engine_.emplace(*context, tls_name(*options_, endpoint_), options_->verify());
    } catch (const TlsSettingError& error) {
        return fail(ClientErrc::configuration, std::string("TLS: ") + error.what());
    }
    shake_hands();
}

void TlsLink::shake_hands() {
    switch (engine_->handshake()) {
        case TlsEngine::Status::ready:
            if (const auto sink = open_sink()) {
                sink->on_connected(attempt());
            }
            if (!closed()) {
                flush();    // the end of the handshake, together with what the sink has sent
                decrypt();  // what the server has sent behind its part
            }
            return;
        case TlsEngine::Status::needs_input:
            return flush();
        case TlsEngine::Status::closed:
            engine_->note_end();
            [[fallthrough]];
        case TlsEngine::Status::failed:
            return fail_with_reason();
    }
}

Unread TlsLink::received(std::span<const std::byte> bytes, std::size_t) {
    engine_->feed(bytes);
    if (engine_->established()) {
        decrypt();
    } else {
        shake_hands();
    }
    return {};
}

/// The sink may close this in any of its calls, and may send.
void TlsLink::decrypt() {
    auto status = TlsEngine::Status::ready;
    while (status == TlsEngine::Status::ready) {
        std::size_t count = 0;
        status = engine_->read(decrypted_.span(), count);
        const auto sink = open_sink();
        if (!sink) {
            return;
        }
        if (count > 0) {
            sink->on_bytes(attempt(), decrypted_.span().first(count));
            decrypted_.adapt(count);
        }
    }
    if (closed()) {
        return;
    }
    if (status == TlsEngine::Status::needs_input) {
        return flush();  // replies of TLS itself
    }
    if (status == TlsEngine::Status::closed) {
        return fail(make_error_code(boost::asio::error::eof));
    }
    fail_with_reason();
}

bool TlsLink::send(base::Buffer& bytes) {
    assert(!sending_);
    plain_.clear();
    plain_.swap(bytes);
    encrypted_ = 0;
    sending_ = true;
    if (!writing()) {
        encrypt();
        flush();
    }
    return false;
}

/// Encrypts the next part. A failure cannot be reported within a call of the sink: the read does.
void TlsLink::encrypt() {
    const auto part = std::min(part_size, plain_.size() - encrypted_);
    if (part == 0 || broken_) {
        return;
    }
    // Records add less than a hundredth, unless the bytes are few.
    engine_->output().reserve(engine_->output().size() + part + part / 64 + 1024);
    if (engine_->write(plain_.span().subspan(encrypted_, part)) != TlsEngine::Status::ready) {
        broken_ = true;
        return interrupt();
    }
    encrypted_ += part;
}

void TlsLink::flush() {
    if (!writing() && !engine_->output().empty()) {
        write(engine_->output());
    }
}

void TlsLink::written() {
    encrypt();
    if (!engine_->output().empty()) {
        return flush();
    }
    if (broken_ || !std::exchange(sending_, false)) {
        return;
    }
    plain_.clear();
    plain_.release_if_larger_than(kept_output);
    if (const auto sink = open_sink()) {
        sink->on_sent(attempt());
    }
}

void TlsLink::ended(boost::system::error_code error) {
    if (broken_) {
        return fail_with_reason();
    }
    if (write_error_) {
        error = write_error_;
    }
    if (!engine_->established() && (is_lost(error) || error == boost::asio::error::eof)) {
        engine_->note_end();
        return fail_with_reason();
    }
    fail(error);
}

/// A server that refuses the client sends an alert and closes the connection, which makes writes
/// fail before the alert has been read. The read under way gets it, or the end of the connection.
void TlsLink::write_failed(boost::system::error_code error) {
    if (!is_lost(error)) {
        return fail(error);
    }
    write_error_ = error;
}

void TlsLink::fail_with_reason() {
    const auto& failure = engine_->failure();
    const auto text = to_text(failure);
    const bool by_server = failure.ended || failure.alert();
    fail(
        by_server ? make_error_code(std::errc::connection_aborted)
                  : make_error_code(ClientErrc::protocol_error),
        text
    );
}

/// Sends the alert that says why, or that the connection ends here.
void TlsLink::closing() noexcept {
    if (engine_ && !writing()) {
        engine_->shut_down();
        write_last(engine_->output().span());
    }
}

}  // namespace kazoo::transport
