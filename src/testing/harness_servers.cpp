// SPDX-License-Identifier: Apache-2.0
#include "testing/harness_servers.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/security.hpp>

#include <cstdlib>
#include <string>

namespace kazoo::testing {
namespace {

using namespace std::chrono_literals;

constexpr const char* environment_variable = "ZOOKEEPER_HOSTS";

/// The superuser of the servers that harnesses start.
const AuthData super("digest", "super:test");

ServerOptions with_superuser(ServerOptions options) {
    return std::move(options).super_digest(make_digest_acl_credential("super", "test"));
}

/// The server that all harnesses of the process share, which the first call starts.
Server& shared_server() {
    static Server server(with_superuser(
        ServerOptions().tick(100ms).min_session_timeout(200ms).max_session_timeout(60'000ms)
    ));
    return server;
}

void require_one_source(const HarnessOptions& options) {
    const int sources = (options.servers().empty() ? 0 : 1) + (options.hosts().empty() ? 0 : 1) +
                        (options.server_options() ? 1 : 0);
    if (sources > 1) {
        throw_error(Error(ClientErrc::configuration)
                        .operation("TestHarness")
                        .detail("only one of server, ensemble, server_options and hosts may be set")
        );
    }
}

/// Parses a connect string; `source` says where it is from.
Hosts parse(std::string_view text, const std::string& source) {
    auto parsed = parse_hosts(text);
    if (!parsed) {
        auto error = parsed.failure();
        throw_error(error.operation("TestHarness").detail(source + ": " + error.detail()));
    }
    return std::move(parsed).value();
}

}  // namespace

HarnessServers::HarnessServers(const HarnessOptions& options) : auth_data_(options.auth_data()) {
    require_one_source(options);
    const char* const named = std::getenv(environment_variable);
    if (!options.servers().empty()) {
        embedded_ = options.servers();
    } else if (options.server_options()) {
        const auto& wanted = *options.server_options();
        const bool own_superuser = wanted.super_digest().empty();
        embedded_.push_back(own_.emplace(own_superuser ? with_superuser(wanted) : wanted));
        if (own_superuser && auth_data_.empty()) {
            auth_data_.push_back(super);
        }
    } else if (!options.hosts().empty()) {
        hosts_ = parse(options.hosts(), "HarnessOptions::hosts");
    } else if (named != nullptr && *named != '\0') {
        hosts_ = parse(named, environment_variable);
    } else {
        embedded_.push_back(shared_server());
        if (auth_data_.empty()) {
            auth_data_.push_back(super);
        }
    }
    for (const auto& server : embedded_) {
        hosts_.hosts.push_back(parse_hosts(server.hosts()).value().hosts.front());
    }
}

void HarnessServers::restore() {
    for (auto& server : embedded_) {
        server.clear_faults();
        server.start();
    }
}

}  // namespace kazoo::testing
