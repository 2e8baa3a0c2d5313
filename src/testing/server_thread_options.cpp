// SPDX-License-Identifier: Apache-2.0
#include "testing/server_thread_options.hpp"

#include "base/descriptors.hpp"
#include "security/secrets.hpp"

#include <kazoo/errors.hpp>
#include <kazoo/exceptions.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <random>
#include <utility>

namespace kazoo::testing {
namespace {

/// The turn of one connection; handling that many small requests takes well below a millisecond.
constexpr std::size_t turn_requests = 256;
constexpr std::size_t turn_output = std::size_t{128} * 1024;

server::SteadyTime steady_now() noexcept {
    return std::chrono::time_point_cast<server::Milliseconds>(std::chrono::steady_clock::now());
}

server::ProcessInfo process_info() noexcept {
    return {base::count_descriptors(), base::most_descriptors()};
}

server::Profile profile_of(Release release) {
    server::Profile profile;
    const auto set = [&](int minor, int patch) {
        profile.minor = minor;
        profile.patch = patch;
    };
    switch (release) {
        case Release::zookeeper_3_4:
            set(4, 14);
            break;
        case Release::zookeeper_3_5:
            set(5, 10);
            break;
        case Release::zookeeper_3_6:
            set(6, 4);
            break;
        case Release::zookeeper_3_7:
            set(7, 2);
            break;
        case Release::zookeeper_3_8:
            set(8, 4);
            break;
        case Release::zookeeper_3_9:
            break;  // the default of Profile
        case Release::clickhouse_keeper:
            profile.keeper = true;
            break;
    }
    return profile;
}

}  // namespace

void throw_configuration_error(std::string why) {
    throw ConfigurationError(
        Error(ClientErrc::configuration).operation("listen").detail(std::move(why))
    );
}

server::DatabaseOptions database_options(const ServerOptions& options) {
    if (options.tick().count() < 1) {
        throw_configuration_error("tick must be at least 1 ms");
    }
    if (options.min_session_timeout().count() < 0 || options.max_session_timeout().count() < 0) {
        throw_configuration_error("session timeouts must not be negative");
    }
    if (options.reaper_interval().count() < 0) {
        throw_configuration_error("reaper_interval must not be negative");
    }
    if (options.first_zxid() < 0) {
        throw_configuration_error("first_zxid must not be negative");
    }
    server::DatabaseOptions database;
    database.profile = profile_of(options.release());
    database.tick = options.tick();
    database.min_session_timeout = options.min_session_timeout();
    database.max_session_timeout = options.max_session_timeout();
    database.ttl_nodes = options.ttl_nodes();
    database.reaper_interval = options.reaper_interval();
    database.super_digest = options.super_digest();
    database.sasl_acls = !options.sasl_users().empty();
    database.x509_acls = !options.tls_client_ca().empty() &&
                         options.tls_client_auth() != ClientAuth::none &&
                         database.profile.identifies_certificates();
    database.first_zxid = options.first_zxid();
    database.enforce_quota = options.enforce_quota();
    // A server that replaces another one, such as a process that was killed, must not take the
    // sessions of that one for its own.
    std::random_device device;
    database.seed = std::uint64_t{device()} << 32 | device();
    return database;
}

server::ServerNodeOptions node_options(
    const ServerOptions& options, const std::string& address, std::size_t number, bool replica
) {
    server::ServerNodeOptions server_node;
    server_node.max_frame = options.max_request_bytes();
    server_node.max_output = options.max_unsent_bytes();
    server_node.pause_output = std::min(server_node.pause_output, server_node.max_output / 2);
    server_node.max_connections = options.max_connections();
    server_node.client_address = address;
    server_node.server_id = replica ? static_cast<std::int64_t>(number) + 1 : 0;
    server_node.replica = replica;
    server_node.takeover_closes_first = options.takeover_closes_first();
    server_node.turn_requests = turn_requests;
    server_node.turn_output = turn_output;
    server_node.sasl_super_user = options.sasl_super_user();
    server_node.require_sasl = options.require_sasl();
    server_node.fill_with_random = base::fill_with_random;
    server_node.steady_now = steady_now;
    server_node.process = process_info;
    return server_node;
}

}  // namespace kazoo::testing
