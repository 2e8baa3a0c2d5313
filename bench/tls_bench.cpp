// SPDX-License-Identifier: Apache-2.0
// The TLS benchmark of `make bench`: what encryption costs a client. All subjects use the same
// server, some at a plain port and some at one with TLS: embedded servers, then Apache ZooKeeper.
#include "embedded_servers.hpp"
#include "node.hpp"
#include "options.hpp"
#include "results.hpp"
#include "run.hpp"
#include "support/certificates.hpp"
#include "support/secure_apache.hpp"

#include <kazoo/client.hpp>

#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace {

namespace support = kazoo::testing_support;

constexpr auto command = "bench_tls";
constexpr std::size_t data_size = 100;
/// They are faster; both measurements are to take long enough.
constexpr std::size_t more_for_embedded = 10;

bench::Contestants contestants() {
    using bench::Role;
    return {
        {"raw", Role::reference, "", bench::in_this_process(bench::connect_raw)},
        {"kazoo-plain",
         Role::reference,
         "",
         bench::in_this_process(bench::connect_kazoo_threading)},
        {"kazoo-tls", Role::ours, "", bench::in_this_process(bench::connect_kazoo_tls)},
#ifdef KAZOO_BENCH_C_CLIENT_TLS
        {"c-client-tls", Role::reference, "", bench::in_this_process(bench::connect_c_client_tls)},
#endif
    };
}

/// The node on the server's port for TLS.
bench::Node secure_node(const bench::Target& target) {
    return bench::Node(
        kazoo::ClientOptions()
            .hosts(kazoo::to_string(target.secure.server))
            .tls(bench::tls_options(target.secure)),
        target
    );
}

kazoo::HostPort host_of(const std::string& hosts) {
    return kazoo::parse_hosts(hosts).value().hosts.front();
}

bench::Target target_of(const support::Certificates& certificates, const bench::Options& options) {
    const auto client = certificates.client();
    return {
        {},
        "/kazoo-bench-" + std::to_string(getpid()),
        std::string(data_size, 'x'),
        options.window,
        {{}, certificates.authority().file(), client.certificate_file(), client.key_file()}};
}

void measure(std::string_view variant, const bench::Target& target, const bench::Options& options) {
    bench::Results results;
    bench::run(contestants(), target, bench::plan_of(options, variant), results);
    results.print_new(std::cout);
}

/// Sends many replies in one record: the clients are the bottleneck.
void measure_with_embedded(
    const bench::EmbeddedServers& servers, bench::Target target, const bench::Options& options
) {
    target.server = servers.plain();
    target.secure.server = servers.secure();
    std::cout << "bench_tls: embedded servers" << std::endl;
    const bench::Node plain(target);
    const auto secure = secure_node(target);
    bench::Options more = options;
    more.pipelined *= more_for_embedded;
    measure("tls,embedded", target, more);
}

/// Sends each reply in a record of its own, at both of its ports in a packet of its own.
void measure_with_apache(
    const support::Certificates& certificates, bench::Target target, const bench::Options& options
) {
    if (const auto lacking = support::SecureApache::lacking(); !lacking.empty()) {
        std::cout << "bench_tls: Apache ZooKeeper: skipped: " << lacking << std::endl;
        return;
    }
    const auto server = certificates.server();
    support::SecureApacheOptions apache_options;
    apache_options.certificate = server.certificate_file();
    apache_options.key = server.key_file();
    apache_options.client_ca = certificates.authority().file();
    apache_options.tls_1_3 = true;
    support::SecureApache apache(std::move(apache_options));
    apache.start();
    target.server = host_of(apache.hosts());
    target.secure.server = host_of(apache.secure_hosts());
    std::cout << "bench_tls: Apache ZooKeeper" << std::endl;
    const bench::Node node(target);
    measure("tls", target, options);
}

void run(const bench::Options& options) {
    const support::Certificates certificates;
    const auto server = certificates.server();
    const bench::EmbeddedServers servers(kazoo::testing::ServerOptions()
                                             .tls_certificate(server.certificate_file())
                                             .tls_key(server.key_file()));
    const auto target = target_of(certificates, options);
    std::cout << "bench_tls: TLS 1.3; " << options.rounds << " rounds of " << options.pipelined
              << " pipelined (" << options.window << " in flight; embedded: " << more_for_embedded
              << " times as many) and " << options.blocking << " blocking operations, " << data_size
              << " bytes" << std::endl;
#ifndef KAZOO_BENCH_C_CLIENT_TLS
    std::cout << "c-client-tls: skipped: built without TLS" << std::endl;
#endif
    measure_with_embedded(servers, target, options);
    measure_with_apache(certificates, target, options);
}

}  // namespace

int main(int argc, char** argv) {
    try {
        const auto options = bench::parse_options(argc, argv);
        if (options.help) {
            std::cout << bench::usage(command);
            return EXIT_SUCCESS;
        }
        run(options);
        return EXIT_SUCCESS;
    } catch (const std::invalid_argument& mistake) {
        std::cerr << "bench_tls: " << mistake.what() << '\n' << bench::usage(command);
    } catch (const std::exception& failed) {
        std::cerr << "bench_tls: " << failed.what() << '\n';
    }
    return EXIT_FAILURE;
}
