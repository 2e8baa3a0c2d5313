// SPDX-License-Identifier: Apache-2.0
// A libuv loop with a timer that fires every ten milliseconds and a client that reads a node a
// hundred thousand times. The callbacks of the client do not delay the timer noticeably.
#include "hosts.hpp"

#include <kazoo/kazoo.hpp>

#include <uv.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <iostream>
#include <memory>
#include <string>

using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t period_ms = 10;
constexpr int wanted = 100'000;
constexpr int at_a_time = 1000;

/// Counts how often it fires, and measures the longest time between two firings.
struct Timer {
    explicit Timer(uv_loop_t* loop) {
        uv_timer_init(loop, &handle);
        handle.data = this;
        const auto fire = [](uv_timer_t* t) { static_cast<Timer*>(t->data)->fire(); };
        uv_timer_start(&handle, fire, period_ms, period_ms);
    }
    void fire() {
        const auto now = std::chrono::steady_clock::now();
        if (++count > 1) longest = std::max(longest, now - last);
        last = now;
    }
    void close() {
        auto* const closing = reinterpret_cast<uv_handle_t*>(&handle);
        if (uv_is_closing(closing) == 0) uv_close(closing, nullptr);
    }

    uv_timer_t handle{};
    int count = 0;
    std::chrono::steady_clock::time_point last;
    std::chrono::steady_clock::duration longest{};
};

/// Keeps a thousand reads in flight: each callback starts the next one. Used on the loop's thread.
class Reader {
public:
    Reader(kazoo::KazooClient& zk, Timer& timer) : zk_(zk), timer_(timer) {}

    void start() {
        zk_.create_async(path_, std::string(100, 'x'), kazoo::CreateOptions().ephemeral())
            .rawlink([this](const kazoo::AsyncResult<std::string>& created) {
                if (!created.successful()) return end(created.result().failure());
                while (asked_ < at_a_time) ask();
            });
    }
    int read = 0;
    bool failed = false;

private:
    void ask() {
        ++asked_;
        zk_.get_async(path_).rawlink([this](const kazoo::AsyncResult<kazoo::NodeData>& result) {
            if (!result.successful()) return end(result.result().failure());
            if (++read == wanted) return end();
            if (asked_ < wanted) ask();
        });
    }
    void end(const kazoo::Error& error) {
        if (!failed) std::cerr << error << '\n';
        failed = true;
        end();
    }
    void end() {
        timer_.close();
        zk_.stop();  // on the loop's thread: returns at once
    }

    kazoo::KazooClient& zk_;
    Timer& timer_;
    const std::string path_ = own_path("uv");
    int asked_ = 0;
};

bool run(const std::string& hosts) {
    uv_loop_t* const loop = uv_default_loop();
    Timer timer(loop);
    const auto handler = std::make_shared<kazoo::SequentialUvHandler>(loop);
    kazoo::KazooClient zk(kazoo::ClientOptions().hosts(hosts).handler(handler));
    Reader reader(zk, timer);
    zk.start_async();
    reader.start();
    uv_run(loop, UV_RUN_DEFAULT);  // until the client has stopped

    const auto longest = std::chrono::duration_cast<std::chrono::milliseconds>(timer.longest);
    std::cout << reader.read << " reads\nthe timer fired " << timer.count
              << " times meanwhile, after " << longest.count() << " ms at most\n";
    handler->close();
    uv_run(loop, UV_RUN_DEFAULT);  // closes the handler's handle
    std::cout << (uv_loop_close(loop) == 0 ? "nothing is left on the loop\n" : "");
    return !reader.failed;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run(hosts(argc, argv)) ? 0 : 1;
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
