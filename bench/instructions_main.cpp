// SPDX-License-Identifier: Apache-2.0
// What callgrind counts the instructions of, with a client whose server is in its memory: gets from
// the call to the callback, with 1000 gets in flight; or the notifications of one change, each of a
// watch of its own, from the bytes to the watch function.
//
//     valgrind --tool=callgrind --toggle-collect='*measured<*'
//         --toggle-collect='bench::MemoryServer::answer_uncounted*'
//         bench_instructions gets|notifications COUNT [DATA_SIZE]
//
// The first function performs the operations that are measured, after as many that are not. Within
// it the second, which plays the server, is not counted.
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

/// Sets watches, and causes their notifications.
class Notifications {
public:
    Notifications(kazoo::KazooClient& client, std::size_t count) : client_(client), count_(count) {}

    /// Each with a function of its own.
    void watch(boost::asio::io_context& loop) {
        for (std::size_t i = 0; i < count_; i += window) {
            left_ = std::min(window, count_ - i);
            for (std::size_t k = i; k < std::min(i + window, count_); ++k) {
                client_.exists_async("/watched/" + std::to_string(k), watcher())
                    .rawlink([this](const auto&) { --left_; });
            }
            run(loop);
        }
        left_ = count_;
    }
    void start() {
        client_.set_async(path, "").rawlink([](const auto&) {});
    }
    void run(boost::asio::io_context& loop) {
        while (left_ > 0) {
            loop.run_one();
        }
    }

private:
    kazoo::Watcher watcher() {
        return [this](const kazoo::WatchedEvent& event) {
            if (event.type != kazoo::EventType::CREATED) {
                std::abort();
            }
            --left_;
        };
    }

    kazoo::KazooClient& client_;
    const std::size_t count_;
    std::size_t left_ = 0;
};

void perform(boost::asio::io_context& loop, Gets& gets) {
    gets.start();
    while (gets.left() > 0) {
        loop.run_one();
    }
}

void perform(boost::asio::io_context& loop, Notifications& notifications) {
    notifications.start();
    notifications.run(loop);
}

/// Not inlined: callgrind finds it by its name.
template <class Operations>
[[gnu::noinline]] void measured(boost::asio::io_context& loop, Operations& operations) {
    perform(loop, operations);
}

template <class Operations>
void measure(bench::MemoryServer& server, boost::asio::io_context& loop, Operations& operations) {
    server.set_measured(true);
    measured(loop, operations);
    server.set_measured(false);
}

void measure_gets(
    bench::MemoryServer& server,
    boost::asio::io_context& loop,
    kazoo::KazooClient& client,
    std::size_t count,
    std::size_t size
) {
    Gets warm_up(client, count, size);
    perform(loop, warm_up);
    Gets gets(client, count, size);
    measure(server, loop, gets);
}

void measure_notifications(
    bench::MemoryServer& server,
    boost::asio::io_context& loop,
    kazoo::KazooClient& client,
    std::size_t count
) {
    Notifications notifications(client, count);
    notifications.watch(loop);
    perform(loop, notifications);
    notifications.watch(loop);
    measure(server, loop, notifications);
}

void run(const std::string& operations, std::size_t count, std::size_t size) {
    boost::asio::io_context loop(1);
    bench::MemoryServer server(size);
    auto work = boost::asio::make_work_guard(loop);
    const auto handler = std::make_shared<bench::MemoryHandler>(loop, server);
    kazoo::KazooClient client(kazoo::ClientOptions().hosts("memory:2181").handler(handler));
    client.start_async();
    while (!client.connected()) {
        loop.run_one();
    }
    if (operations == "gets") {
        measure_gets(server, loop, client, count, size);
    } else if (operations == "notifications") {
        measure_notifications(server, loop, client, count);
    } else {
        throw std::invalid_argument(operations);
    }
    boost::asio::post(loop, [&client] { client.stop(); });
    work.reset();
    loop.run();
}

}  // namespace

int main(int argc, char** argv) {
    constexpr std::size_t usual_size = 100;
    try {
        if (argc < 3 || argc > 4) {
            throw std::invalid_argument("gets|notifications COUNT [DATA_SIZE]");
        }
        run(argv[1], std::stoul(argv[2]), argc > 3 ? std::stoul(argv[3]) : usual_size);
        return EXIT_SUCCESS;
    } catch (const std::exception& failed) {
        std::cerr << "bench_instructions: " << failed.what() << '\n';
        return EXIT_FAILURE;
    }
}
