// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/handlers/uv.hpp>

#include <gtest/gtest.h>
#include <uv.h>

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <thread>
#include <utility>

namespace kazoo::testing_support {

/// A loop for the calling thread. Its destructor expects that no handle is left.
class UvLoop {
public:
    UvLoop() { uv_loop_init(&loop_); }
    ~UvLoop() {
        run();
        EXPECT_EQ(uv_loop_close(&loop_), 0) << "handles are left on the loop";
    }
    UvLoop(const UvLoop&) = delete;
    UvLoop& operator=(const UvLoop&) = delete;

    uv_loop_t* get() { return &loop_; }
    bool alive() { return uv_loop_alive(&loop_) != 0; }
    /// Runs until nothing keeps the loop alive.
    void run() { uv_run(&loop_, UV_RUN_DEFAULT); }
    /// Runs until `done`, or until nothing keeps the loop alive; returns whether it is done.
    bool run_until(const std::function<bool()>& done) {
        while (!done() && uv_run(&loop_, UV_RUN_ONCE) != 0) {
        }
        return done();
    }

private:
    uv_loop_t loop_{};
};

/// Keeps a loop alive until end() is called, from any thread, and no other handle is left.
/// Otherwise a loop could return before it processes a call from another thread to an unreferenced
/// handle.
class KeepAlive {
public:
    explicit KeepAlive(UvLoop& loop) {
        uv_async_init(loop.get(), handle_.get(), [](uv_async_t* handle) {
            int handles = 0;
            const auto count = [](uv_handle_t*, void* n) { ++*static_cast<int*>(n); };
            uv_walk(handle->loop, count, &handles);
            if (handles > 1) {
                uv_async_send(handle);
                return;
            }
            uv_close(reinterpret_cast<uv_handle_t*>(handle), [](uv_handle_t* closed) {
                delete reinterpret_cast<uv_async_t*>(closed);
            });
        });
    }
    ~KeepAlive() { end(); }
    KeepAlive(const KeepAlive&) = delete;
    KeepAlive& operator=(const KeepAlive&) = delete;
    void end() {
        if (handle_) uv_async_send(handle_.release());
    }

private:
    std::unique_ptr<uv_async_t> handle_ = std::make_unique<uv_async_t>();
};

/// A loop that a thread of its own runs, with an object that `make` creates on that thread.
template <class Made>
class LoopThread {
public:
    template <class Make>
    explicit LoopThread(Make make) {
        std::promise<void> ready;
        auto is_ready = ready.get_future();
        thread_ = std::thread([this, &ready, make] {
            UvLoop loop;
            keep_ = std::make_unique<KeepAlive>(loop);
            made = make(loop.get());
            ready.set_value();
            loop.run();
        });
        is_ready.get();
    }
    ~LoopThread() { end(); }
    /// Waits until the loop has no handles left.
    void end() {
        keep_->end();
        if (thread_.joinable()) thread_.join();
    }
    [[nodiscard]] std::thread::id id() const { return thread_.get_id(); }

    Made made;

private:
    std::unique_ptr<KeepAlive> keep_;
    std::thread thread_;
};

inline std::shared_ptr<SequentialUvHandler> make(uv_loop_t* loop) {
    return std::make_shared<SequentialUvHandler>(loop);
}
using HandlerOnThread = LoopThread<std::shared_ptr<SequentialUvHandler>>;

constexpr std::chrono::minutes patience{1};

}  // namespace kazoo::testing_support
