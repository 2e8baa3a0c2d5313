// SPDX-License-Identifier: Apache-2.0
#include <kazoo/handlers/asio.hpp>
#include <kazoo/kazoo.hpp>
#include <kazoo/testing/server.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdio>
#include <memory>

// A loop of the program's own that the library works on: with a shared library, code of both is in
// it. What Asio keeps for each thread has to be the same for both.
namespace {

constexpr int rounds = 500;

struct Program {
    boost::asio::io_context loop;
    kazoo::testing::Server server;
    kazoo::KazooClient zk{kazoo::ClientOptions()
                              .hosts(server.hosts())
                              .handler(std::make_shared<kazoo::SequentialAsioHandler>(loop))};
    int done = 0;
    bool refused = false;

    void next(const kazoo::AsyncResult<kazoo::ZnodeStat>& result) {
        result.get();
        if (++done == rounds) {
            try {
                static_cast<void>(zk.get("/"));  // this thread runs the loop
            } catch (const kazoo::WouldDeadlockError&) {
                refused = true;
            }
            zk.stop();
            return;
        }
        if (done % 50 == 0) {
            server.drop_connections();
        }
        set();
    }
    void set() {
        zk.retry_async([this] { return zk.set_async("/", std::to_string(done)); }
        ).rawlink([this](const kazoo::AsyncResult<kazoo::ZnodeStat>& r) { next(r); });
    }
};

}  // namespace

int main() {
    Program program;
    program.zk.start_async();
    program.set();
    program.loop.run_for(std::chrono::seconds(60));
    std::printf("%d of %d, %s\n", program.done, rounds, program.refused ? "refused" : "blocked");
    return program.done == rounds && program.refused ? 0 : 1;
}
