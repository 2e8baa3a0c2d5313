// SPDX-License-Identifier: Apache-2.0
#include "transport/tcp_transport.hpp"

#include "transport/tcp_link.hpp"
#include "transport/tls_link.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>

#include <new>
#include <utility>

namespace kazoo::transport {
namespace {

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

TcpTransport::TcpTransport(
    boost::asio::any_io_executor executor,
    std::shared_ptr<Turns> turns,
    std::weak_ptr<Sink> sink,
    std::shared_ptr<const TlsOptions> tls
)
    : executor_(std::move(executor)),
      turns_(std::move(turns)),
      sink_(std::move(sink)),
      tls_(std::move(tls)) {}

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
    if (!endpoint.tls) {
        link_ = std::make_shared<TcpLink>(executor_, turns_, attempt, sink_);
    } else {
        auto options = tls_ ? tls_ : std::make_shared<const TlsOptions>();
        link_ = std::make_shared<TlsLink>(
            executor_, turns_, attempt, sink_, std::move(options), endpoint
        );
    }
    link_->connect(endpoint);
}

bool TcpTransport::send(base::Buffer& bytes) {
    if (link_) {
        return link_->send(bytes);
    }
    bytes.clear();
    return true;
}

void TcpTransport::disconnect() {
    if (link_) {
        link_->close();
        link_.reset();
    }
}

}  // namespace kazoo::transport
