#include "serve.hpp"

#include <kazoo/testing/server.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <chrono>
#include <csignal>
#include <iostream>
#include <memory>
#include <string>

namespace {

struct ServeOptions {
    std::string listen = "127.0.0.1:2181";
    int tick_ms = 2000;
    std::string tls_certificate;
    std::string tls_key;
};

void serve(const ServeOptions& options) {
    // Before the server is announced: from then on a signal is a request to stop.
    boost::asio::io_context loop;
    boost::asio::signal_set signals(loop, SIGINT, SIGTERM);
    signals.async_wait([](boost::system::error_code, int) {});

    const kazoo::testing::Server server(kazoo::testing::ServerOptions()
                                            .listen(options.listen)
                                            .tick(std::chrono::milliseconds(options.tick_ms))
                                            .tls_certificate(options.tls_certificate)
                                            .tls_key(options.tls_key));
    std::cout << server.hosts() << std::endl;
    loop.run();
}

}  // namespace

void add_serve(CLI::App& tool) {
    auto options = std::make_shared<ServeOptions>();
    auto* command = tool.add_subcommand(
        "serve",
        "A ZooKeeper server for tests and first steps. Prints the address it listens at, then "
        "serves until SIGINT or SIGTERM. Keeps everything in memory and nothing at its end."
    );
    command->add_option("--listen", options->listen, "HOST:PORT; port 0: a free one")
        ->capture_default_str();
    command->add_option("--tick", options->tick_ms, "MS, the unit of session timeouts")
        ->capture_default_str()
        ->check(CLI::Range(1, 3'600'000));
    auto* certificate =
        command->add_option("--tls-cert", options->tls_certificate, "FILE (PEM): TLS only");
    auto* key = command->add_option("--tls-key", options->tls_key, "FILE (PEM), its private key");
    certificate->needs(key);
    key->needs(certificate);
    command->callback([options] { serve(*options); });
}
