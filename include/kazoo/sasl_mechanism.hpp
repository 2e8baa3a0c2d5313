// SPDX-License-Identifier: Apache-2.0
/// SASL: the mechanism by which a client authenticates to its servers (ClientOptions::sasl).
/// <kazoo/sasl.hpp> has those of Cyrus SASL; a program may implement others.
#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/detail/function.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

KAZOO_API_BEGIN
namespace kazoo {

/// The server of the connection for which a mechanism is made.
struct SaslServer {
    SaslServer() {}
    /// From the name, the port, the address and whether the connection uses TLS.
    SaslServer(std::string name, std::uint16_t port_number, std::string ip, bool tls)
        : host(std::move(name)), port(port_number), address(std::move(ip)), encrypted(tls) {}

    std::string host;        ///< as configured or named by the host provider: a name or an address
    std::uint16_t port = 0;  ///< the port that the connection is to
    std::string address;     ///< the IP address that the connection is to, in numbers
    bool encrypted = false;  ///< whether the connection uses TLS
};

/// What a mechanism does next. Made by the functions of this class.
///
/// Not an aggregate, like all types that may be passed by value in a `co_await` expression.
class SaslStep {
public:
    /// Which of the functions below has made the step.
    enum class Kind { token, last_token, complete, not_ready, failed };

    /// Sends `token`, which may be empty, and expects a challenge of the server in reply.
    [[nodiscard]] static SaslStep token(std::string token) {
        return {Kind::token, std::move(token)};
    }
    /// Sends `token`, which may be empty. This side is then complete: the server accepts it with
    /// an empty token or, after a challenge, with none. The last step of GSSAPI and PLAIN.
    [[nodiscard]] static SaslStep last_token(std::string token) {
        return {Kind::last_token, std::move(token)};
    }
    /// Sends nothing: the challenge has completed the exchange, and the client is authenticated.
    /// Returned by SaslMechanism::start, it leaves out authentication on this connection.
    [[nodiscard]] static SaslStep complete() { return {Kind::complete, {}}; }
    /// Authentication is impossible at present, but may be possible later: there is no ticket yet,
    /// for instance. The connection attempt fails for this reason, which is logged and which the
    /// errors of KazooClient::start name, and the client goes on with the next server and, after a
    /// pause, with the next round (ClientOptions::connection_retry).
    [[nodiscard]] static SaslStep not_ready(std::string why) {
        return {Kind::not_ready, std::move(why)};
    }
    /// Authentication has failed for this reason. The client ends in the state AUTH_FAILED.
    [[nodiscard]] static SaslStep failed(std::string why) { return {Kind::failed, std::move(why)}; }

    /// Returns which function has made the step.
    [[nodiscard]] Kind kind() const noexcept { return kind_; }
    /// Returns the token, or the reason.
    [[nodiscard]] const std::string& text() const& noexcept { return text_; }
    [[nodiscard]] std::string text() && noexcept { return std::move(text_); }

private:
    SaslStep(Kind kind, std::string text) : kind_(kind), text_(std::move(text)) {}

    Kind kind_;
    std::string text_;
};

/// The client's side of one SASL exchange: steps of bytes, without I/O. ZooKeeper wraps each token
/// in a request (opcode 102), and the reply to it has the next challenge. Tokens are never null on
/// the wire.
///
///     class Plain : public SaslMechanism {
///         std::string_view name() const noexcept override { return "PLAIN"; }
///         SaslStep start() override { return SaslStep::last_token("\0user\0password"s); }
///         SaslStep step(std::string_view) override { return SaslStep::failed("a challenge"); }
///     };
///
/// One object serves one connection. Its functions are called one at a time. An exception is a
/// failure, as if by SaslStep::failed with its what(), except std::bad_alloc, after which the
/// client connects again.
///
/// Threads: `start` and `step` are called on the thread that runs the connections of the client's
/// handler, and must return at once: pings and callbacks wait for them. If `may_block` returns
/// true, each step runs on a thread of its own, with the handlers that otherwise use none, too.
/// The step is waited for as long as ClientOptions::connect_timeout says for the whole exchange;
/// one that takes longer goes on in the background, and its result is ignored. If four steps of a
/// client are in the background, its connection attempts fail until one ends. The object is
/// destroyed where its last step ran, or on the connection's thread. No function may wait for an
/// operation of the client: that waits for the exchange.
class SaslMechanism {
public:
    SaslMechanism() = default;
    SaslMechanism(const SaslMechanism&) = delete;
    SaslMechanism& operator=(const SaslMechanism&) = delete;
    virtual ~SaslMechanism();

    /// Returns the name for messages, such as "DIGEST-MD5".
    [[nodiscard]] virtual std::string_view name() const noexcept = 0;
    /// Returns the first step. Called once, before `step`.
    [[nodiscard]] virtual SaslStep start() = 0;
    /// Returns the step that follows a challenge, which may be empty. Called after each step that
    /// was SaslStep::token, and not after any other.
    [[nodiscard]] virtual SaslStep step(std::string_view challenge) = 0;
    /// Returns whether `start` or `step` may wait: for a key distribution centre, for instance.
    /// Called before each of them.
    [[nodiscard]] virtual bool may_block() const noexcept { return false; }
};

/// Makes the mechanism for a connection. Called on the thread that runs the connections, after the
/// handshake of each of them, and must not block. An exception, and a null pointer, is a failure of
/// authentication as SaslStep::failed is. Clients made from copies of the same options call copies
/// of the function; each client calls its own on one thread at a time.
using SaslMechanismFactory =
    std::function<std::unique_ptr<SaslMechanism>(const SaslServer& server)>;

}  // namespace kazoo
KAZOO_API_END
