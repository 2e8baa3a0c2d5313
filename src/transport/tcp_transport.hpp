// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transport/name_lookup.hpp"
#include "transport/transport.hpp"
#include "transport/turns.hpp"

#include <kazoo/tls_options.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <memory>
#include <vector>

namespace kazoo::transport {

class TcpLink;

/// TCP with TCP_NODELAY, and TLS over it for endpoints that ask for it. All its handlers run within
/// `turns`, and all calls to it must be made there, whatever number of threads runs the executor.
class TcpTransport final : public Transport {
public:
    /// Without `tls`, the default TlsOptions apply.
    TcpTransport(
        boost::asio::any_io_executor executor,
        std::shared_ptr<Turns> turns,
        std::weak_ptr<Sink> sink,
        std::shared_ptr<const TlsOptions> tls = nullptr
    );
    ~TcpTransport() override;

    void resolve(std::uint64_t attempt, const std::string& host, std::uint16_t port) override;
    void connect(std::uint64_t attempt, const base::Endpoint& endpoint) override;
    [[nodiscard]] bool send(base::Buffer& bytes) override;
    void disconnect() override;

private:
    struct Name {
        std::string host;
        std::uint16_t port;
        std::shared_ptr<NameLookup> lookup;
    };

    boost::asio::any_io_executor executor_;
    const std::shared_ptr<Turns> turns_;
    std::weak_ptr<Sink> sink_;
    const std::shared_ptr<const TlsOptions> tls_;  // may be null
    std::vector<Name> names_;        // lookups under way, at most one per host and port
    std::shared_ptr<TcpLink> link_;  // the present attempt or connection, or null
};

}  // namespace kazoo::transport
