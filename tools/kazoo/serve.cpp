// SPDX-License-Identifier: Apache-2.0
#include "serve.hpp"

#include "serve_security.hpp"

#include <kazoo/testing/ensemble.hpp>
#include <kazoo/testing/server.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <chrono>
#include <csignal>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace {

using kazoo::testing::Release;
using std::chrono::milliseconds;

const std::map<std::string, Release> releases{
    {"3.4", Release::zookeeper_3_4},
    {"3.5", Release::zookeeper_3_5},
    {"3.6", Release::zookeeper_3_6},
    {"3.7", Release::zookeeper_3_7},
    {"3.8", Release::zookeeper_3_8},
    {"3.9", Release::zookeeper_3_9},
    {"keeper", Release::clickhouse_keeper},
};

constexpr int longest_ms = 1'000'000'000;
constexpr std::size_t most_servers = 64;

struct ServeOptions {
    std::string listen = "127.0.0.1:2181";
    int tick_ms = 2000;
    std::string release = "3.9";
    std::string super_digest;
    int reaper_ms = 60'000;
    int min_session_timeout_ms = 0;
    int max_session_timeout_ms = 0;
    std::size_t max_request = 0xfffff;
    std::size_t max_connections = 0;
    bool ttl_nodes = true;
    std::optional<std::int64_t> first_zxid;
    bool read_only = false;
    std::size_t ensemble = 0;
    bool enforce_quota = false;
    bool takeover_closes_first = false;
    SecurityOptions security;
};

/// Returns the Unix time in seconds times 2^20, with millisecond resolution. Like the epochs of
/// Apache's leaders, this is higher than any zxid of an earlier process at this address, so that
/// the server does not refuse clients of that one.
std::int64_t zxid_of_now() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const std::int64_t ms = std::chrono::duration_cast<milliseconds>(now).count();
    return (ms / 1000 << 20) + (ms % 1000 << 20) / 1000;
}

kazoo::testing::ServerOptions server_options(const ServeOptions& options) {
    kazoo::testing::ServerOptions all;
    all.listen(options.listen)
        .tick(milliseconds(options.tick_ms))
        .release(releases.at(options.release))
        .super_digest(options.super_digest)
        .reaper_interval(milliseconds(options.reaper_ms))
        .min_session_timeout(milliseconds(options.min_session_timeout_ms))
        .max_session_timeout(milliseconds(options.max_session_timeout_ms))
        .max_request_bytes(options.max_request)
        .max_connections(options.max_connections)
        .ttl_nodes(options.ttl_nodes)
        .first_zxid(options.first_zxid ? *options.first_zxid : zxid_of_now())
        .enforce_quota(options.enforce_quota)
        .takeover_closes_first(options.takeover_closes_first);
    apply_security(options.security, all);
    return all;
}

void serve(const ServeOptions& options) {
    // Installed before the address is printed: the reader of the address may send a signal at once.
    boost::asio::io_context loop;
    boost::asio::signal_set signals(loop, SIGINT, SIGTERM);
    signals.async_wait([](boost::system::error_code, int) {});

    if (options.ensemble > 0) {
        const kazoo::testing::Ensemble servers(options.ensemble, server_options(options));
        std::cout << servers.hosts() << std::endl;
        loop.run();
        return;
    }
    kazoo::testing::Server server(server_options(options));
    server.set_read_only(options.read_only);
    std::cout << server.hosts() << std::endl;
    loop.run();
}

void add_limits(CLI::App& command, ServeOptions& options) {
    const auto milliseconds_range = CLI::Range(0, longest_ms);
    command.add_option("--min-session-timeout", options.min_session_timeout_ms, "MS; 0: two ticks")
        ->capture_default_str()
        ->check(milliseconds_range);
    command
        .add_option("--max-session-timeout", options.max_session_timeout_ms, "MS; 0: twenty ticks")
        ->capture_default_str()
        ->check(milliseconds_range);
    command
        .add_option("--max-request", options.max_request, "BYTES of one request (jute.maxbuffer)")
        ->capture_default_str()
        ->check(CLI::Range(std::size_t{1024}, std::size_t{64} << 20));
    command
        .add_option(
            "--max-connections", options.max_connections, "connections at one time; 0: no limit"
        )
        ->capture_default_str();
}

void add_behaviour(CLI::App& command, ServeOptions& options) {
    command
        .add_option("--release", options.release, "the release to emulate: 3.4 to 3.9, or keeper")
        ->capture_default_str()
        ->check(CLI::IsMember(releases));
    command.add_option(
        "--super-digest", options.super_digest, "super:DIGEST; an identity with all permissions"
    );
    command
        .add_option(
            "--reaper",
            options.reaper_ms,
            "MS between removals of empty containers and of nodes past their TTL; 0: never"
        )
        ->capture_default_str()
        ->check(CLI::Range(0, longest_ms));
    command
        .add_option("--ttl-nodes", options.ttl_nodes, "true or false: nodes with a time to live")
        ->capture_default_str();
    command
        .add_option(
            "--first-zxid",
            options.first_zxid,
            "the zxid before the first transaction (default: Unix time in seconds * 2^20)"
        )
        ->check(CLI::NonNegativeNumber);
    command.add_flag("--enforce-quota", options.enforce_quota, "enforce the hard limits of quotas");
    command.add_flag(
        "--takeover-closes-first",
        options.takeover_closes_first,
        "like Apache, close the connection of a session that another client asks for even if the "
        "password is wrong"
    );
    auto* read_only = command.add_flag(
        "--read-only", options.read_only, "start in read-only mode: writes are refused"
    );
    command
        .add_option(
            "--ensemble",
            options.ensemble,
            "N servers with one state, at the port of --listen and those that follow"
        )
        ->check(CLI::Range(std::size_t{1}, most_servers))
        ->excludes(read_only);
}

}  // namespace

void add_serve(CLI::App& tool) {
    auto options = std::make_shared<ServeOptions>();
    auto* command = tool.add_subcommand(
        "serve",
        "A ZooKeeper server for tests and first steps. Prints the address at which it listens, "
        "with --ensemble the addresses, then serves until SIGINT or SIGTERM. Keeps everything in "
        "memory and nothing at its end."
    );
    command->add_option("--listen", options->listen, "HOST:PORT; port 0: a free one")
        ->capture_default_str();
    command->add_option("--tick", options->tick_ms, "MS, the unit of session timeouts")
        ->capture_default_str()
        ->check(CLI::Range(1, 3'600'000));
    add_behaviour(*command, *options);
    add_limits(*command, *options);
    add_security(*command, options->security);
    command->callback([options] { serve(*options); });
}
