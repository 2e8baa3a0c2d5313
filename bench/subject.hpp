// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/handler.hpp>
#include <kazoo/hosts.hpp>
#include <kazoo/tls_options.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace bench {

using kazoo::Clock;
using kazoo::Duration;

/// Time limit for each operation and each connection attempt.
inline constexpr auto patience = std::chrono::seconds(10);

/// A server's port for TLS, and the files in PEM format that its clients use.
struct SecurePort {
    kazoo::HostPort server;
    std::string authority;    ///< of the server's certificate
    std::string certificate;  ///< of the client
    std::string key;          ///< of the client
};

[[nodiscard]] inline kazoo::TlsOptions tls_options(const SecurePort& port) {
    return kazoo::TlsOptions()
        .ca_file(port.authority)
        .certificate_file(port.certificate)
        .key_file(port.key);
}

/// The node that all subjects read and write.
struct Target {
    kazoo::HostPort server;
    std::string path;
    std::string data;        ///< the node's data, also written by sets
    std::size_t window = 0;  ///< number of pipelined operations in flight
    SecurePort secure;       ///< of the same server; set for the subjects that use TLS
};

enum class Operation { get, set };

/// A client to measure, connected to a server. Its functions perform one operation per element of
/// `latencies` and store the latency there. They check that every operation succeeds, and throw
/// otherwise. The target must outlive it.
///
/// For comparability all subjects pipeline in the same way: they fill a window, then start one
/// operation per completion, on the thread that handles the completion, and read the clock once per
/// completion.
class Subject {
public:
    virtual ~Subject() = default;
    virtual void pipelined(Operation operation, std::span<Duration> latencies) = 0;
    virtual void blocking_get(std::span<Duration> latencies) = 0;
};

using Connect = std::unique_ptr<Subject>(const Target& target);

// Programs define those that they use.

/// The lower bound: one thread, one socket, frames encoded in advance, replies only counted.
Connect connect_raw;
/// The least that a typed client can do; see FloorClient.
Connect connect_floor;
/// This library with SequentialThreadingHandler.
Connect connect_kazoo_threading;
/// The same over TLS, to Target::secure.
Connect connect_kazoo_tls;
/// This library with SequentialAsioHandler, on an `io_context` that one other thread runs.
Connect connect_kazoo_asio;
/// This library with SequentialFiberHandler, on a thread that does nothing else.
Connect connect_kazoo_fiber;
/// ZooKeeper's C client with its two threads (libzookeeper_mt).
Connect connect_c_client;
/// The same over TLS, to Target::secure.
Connect connect_c_client_tls;

}  // namespace bench
