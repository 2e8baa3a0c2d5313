#pragma once

#include <kazoo/handler.hpp>
#include <kazoo/hosts.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace bench {

using kazoo::Clock;
using kazoo::Duration;

/// No operation of any subject may take longer than this, nor may a connection attempt.
inline constexpr auto patience = std::chrono::seconds(10);

/// What every subject works on: one node of one server.
struct Target {
    kazoo::HostPort server;
    std::string path;
    std::string data;        ///< what the node holds and what is written to it
    std::size_t window = 0;  ///< how many pipelined operations are in flight
};

enum class Operation { get, set };

/// One way of talking to a server, connected. Its functions perform as many operations as there are
/// latencies to fill in, and throw when one fails: all of them have been checked to succeed.
///
/// Pipelined operations follow the same rule everywhere: a window is filled, then each completion
/// starts one more operation where it is noticed. Everybody reads the clock once per completion.
class Subject {
public:
    virtual ~Subject() = default;
    virtual void pipelined(Operation operation, std::span<Duration> latencies) = 0;
    virtual void blocking_get(std::span<Duration> latencies) = 0;
};

using Connect = std::unique_ptr<Subject>(const Target& target);

/// The least work there is: one thread, one socket, frames encoded beforehand, replies counted.
Connect connect_raw;
/// This library, with threads of its own.
Connect connect_kazoo_threading;
/// This library, on an `io_context` that one other thread runs.
Connect connect_kazoo_asio;
#ifdef KAZOO_BENCH_C_CLIENT
/// ZooKeeper's own C client with its two threads (libzookeeper_mt).
Connect connect_c_client;
#endif

}  // namespace bench
