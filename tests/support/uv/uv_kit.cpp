// SPDX-License-Identifier: Apache-2.0
#include "support/uv/uv_kit.hpp"

#include "support/wait_until.hpp"

#include <kazoo/handlers/uv.hpp>

#include <uv.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <thread>

namespace kazoo::testing_support {
namespace {

/// The handle `keep_` keeps the loop running until shut_down().
class UvKit final : public HandlerKit {
public:
    UvKit() {
        std::promise<void> made;
        auto is_made = made.get_future();
        thread_ = std::thread([this, &made] { run(made); });
        is_made.get();
    }
    ~UvKit() override {
        release();
        thread_.join();
    }

    const std::shared_ptr<Handler>& handler() override { return handler_; }

    bool shut_down(std::chrono::milliseconds limit) override {
        release();
        return wait_until([this] { return ended_.load(); }, limit);
    }

private:
    void run(std::promise<void>& made) {
        uv_loop_t loop;
        uv_loop_init(&loop);
        uv_async_init(&loop, &keep_, [](uv_async_t* keep) {
            uv_close(reinterpret_cast<uv_handle_t*>(keep), nullptr);
        });
        auto handler = std::make_shared<SequentialUvHandler>(&loop);
        handler_ = handler;
        made.set_value();
        uv_run(&loop, UV_RUN_DEFAULT);
        ended_ = true;
        handler->close();  // other references may still exist
        uv_run(&loop, UV_RUN_DEFAULT);
        if (uv_loop_close(&loop) != 0) {
            std::fputs("handles are left on the loop of a uv kit\n", stderr);
            std::abort();
        }
    }
    void release() {
        if (!released_.exchange(true)) uv_async_send(&keep_);
    }

    uv_async_t keep_{};
    std::shared_ptr<Handler> handler_;
    std::atomic<bool> released_{false};
    std::atomic<bool> ended_{false};
    std::thread thread_;
};

}  // namespace

HandlerKind uv_kind() {
    return {
        "Uv",
        "sequential_uv_handler",
        []() -> std::unique_ptr<HandlerKit> { return std::make_unique<UvKit>(); },
        false,
        1};
}

}  // namespace kazoo::testing_support
