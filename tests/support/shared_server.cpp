// SPDX-License-Identifier: Apache-2.0
#include "support/shared_server.hpp"

#include "support/loopback.hpp"
#include "support/zookeeper_server.hpp"

#include <kazoo/testing/server.hpp>

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <memory>

namespace kazoo::testing_support {
namespace {

using namespace std::chrono_literals;

class SharedApache final : public SharedServer {
public:
    SharedApache() { server_.start(); }
    std::uint16_t port() const override { return server_.port(); }
    bool embedded() const override { return false; }

private:
    ApacheServer server_;
};

/// With the settings of tests/support/zoo.cfg.
class SharedEmbedded final : public SharedServer {
public:
    std::uint16_t port() const override { return server_.port(); }
    bool embedded() const override { return true; }

private:
    testing::Server server_{
        testing::ServerOptions().tick(500ms).min_session_timeout(1000ms).max_session_timeout(
            60'000ms
        )};
};

std::unique_ptr<SharedServer> make_server() {
    const char* wanted = std::getenv("KAZOO_TEST_SERVER");
    if (wanted != nullptr && std::string_view(wanted) == "embedded") {
        return std::make_unique<SharedEmbedded>();
    }
    return std::make_unique<SharedApache>();
}

}  // namespace

std::string SharedServer::four_letter_word(std::string_view command) const {
    return exchange(port(), command, 5s);
}

std::string SharedServer::hosts() const {
    return "127.0.0.1:" + std::to_string(port());
}

const SharedServer& shared_server() {
    static const auto server = make_server();
    return *server;
}

std::string unique_chroot() {
    static std::atomic<unsigned> counter{0};
    return "/kazoo-test-" + std::to_string(::getpid()) + '-' + std::to_string(counter++);
}

}  // namespace kazoo::testing_support
