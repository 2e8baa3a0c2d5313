// SPDX-License-Identifier: Apache-2.0
// Gets from the call to the callback, for callgrind to count their instructions: a client with a
// server in its memory, with 1000 gets in flight.
//
//     valgrind --tool=callgrind --toggle-collect='measured_gets'
//         --toggle-collect='bench::MemoryServer::answer(*' bench_instructions COUNT [DATA_SIZE]
//
// The first function performs the gets that are measured, after as many that are not. Within it the
// second, which plays the server, is not counted.
#include "memory_handler.hpp"

#include <kazoo/client.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <stdexcept>
#include <string>

namespace {

constexpr auto path = "/kazoo/bench/node";
constexpr std::size_t window = 1'000;

class Gets {
public:
    Gets(kazoo::KazooClient& client, std::size_t count, std::size_t size)
        : client_(client), left_to_start_(count), left_(count), size_(size) {}

    void start() {
        for (auto i = std::min(window, left_to_start_); i > 0; --i) {
            start_one();
        }
    }
    [[nodiscard]] std::size_t left() const noexcept { return left_; }

private:
    void start_one() {
        --left_to_start_;
        client_.get_async(path).rawlink([this](const kazoo::AsyncResult<kazoo::NodeData>& result) {
            const auto* const node = result.value();
            if (node == nullptr || node->data.size() != size_) {
                std::abort();
            }
            --left_;
            if (left_to_start_ > 0) {
                start_one();
            }
        });
    }

    kazoo::KazooClient& client_;
    std::size_t left_to_start_;
    std::size_t left_;
    const std::size_t size_;
};

void perform(boost::asio::io_context& loop, Gets& gets) {
    gets.start();
    while (gets.left() > 0) {
        loop.run_one();
    }
}

}  // namespace

/// Not inlined: callgrind finds it by its name.
extern "C" [[gnu::noinline]] void measured_gets(boost::asio::io_context& loop, void* gets) {
    perform(loop, *static_cast<Gets*>(gets));
}

int main(int argc, char** argv) {
    constexpr std::size_t usual_size = 100;
    try {
        if (argc < 2 || argc > 3) {
            throw std::invalid_argument("COUNT [DATA_SIZE]");
        }
        const auto count = std::stoul(argv[1]);
        const auto size = argc > 2 ? std::stoul(argv[2]) : usual_size;
        boost::asio::io_context loop(1);
        bench::MemoryServer server(size);
        auto work = boost::asio::make_work_guard(loop);
        const auto handler = std::make_shared<bench::MemoryHandler>(loop, server);
        kazoo::KazooClient client(kazoo::ClientOptions().hosts("memory:2181").handler(handler));
        client.start_async();
        while (!client.connected()) {
            loop.run_one();
        }
        Gets warm_up(client, count, size);
        perform(loop, warm_up);
        Gets gets(client, count, size);
        measured_gets(loop, &gets);
        boost::asio::post(loop, [&client] { client.stop(); });
        work.reset();
        loop.run();
        return server.gets() == 2 * count ? EXIT_SUCCESS : EXIT_FAILURE;
    } catch (const std::exception& failed) {
        std::cerr << "bench_instructions: " << failed.what() << '\n';
        return EXIT_FAILURE;
    }
}
