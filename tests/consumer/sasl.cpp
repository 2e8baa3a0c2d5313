// SPDX-License-Identifier: Apache-2.0
#include <kazoo/kazoo.hpp>
#include <kazoo/sasl.hpp>
#include <kazoo/testing/server.hpp>

#include <cstdio>

// Links the component and authenticates by DIGEST-MD5.
int main() {
    kazoo::testing::Server server(
        kazoo::testing::ServerOptions().sasl_user("app", "secret").require_sasl(true)
    );
    const auto options =
        kazoo::SaslOptions().mechanism("DIGEST-MD5").username("app").password("secret");
    kazoo::KazooClient zk(
        kazoo::ClientOptions().hosts(server.hosts()).sasl(kazoo::cyrus_sasl(options))
    );
    zk.start();
    const bool found = zk.exists("/").has_value();
    zk.stop();
    std::puts(found ? "the client is authenticated" : "something is missing");
    return found ? 0 : 1;
}
