// SPDX-License-Identifier: Apache-2.0
#include "support/glib/glib_kit.hpp"

#include "../examples/glib_handler.hpp"
#include "support/wait_until.hpp"

#include <future>
#include <thread>

namespace kazoo::testing_support {
namespace {

class GlibKit final : public HandlerKit {
public:
    GlibKit() {
        std::promise<void> made;
        auto is_made = made.get_future();
        thread_ = std::thread([this, &made] {
            handler_ = std::make_shared<GlibHandler>(context_, connection_);
            made.set_value();
            g_main_context_push_thread_default(context_);
            g_main_loop_run(loop_);
            g_main_context_pop_thread_default(context_);
        });
        is_made.get();
    }
    ~GlibKit() override {
        // Called on the loop: g_main_loop_quit has no effect on a loop that does not run yet.
        handler_->dispatch(Lane::session, [this] { g_main_loop_quit(loop_); });
        thread_.join();
        connection_.join();
        g_main_loop_unref(loop_);
        g_main_context_unref(context_);
    }

    const std::shared_ptr<Handler>& handler() override { return handler_; }

    bool shut_down(std::chrono::milliseconds limit) override {
        return wait_until([this] { return !handler_->running(); }, limit);
    }

private:
    GMainContext* const context_ = g_main_context_new();
    GMainLoop* const loop_ = g_main_loop_new(context_, FALSE);
    boost::asio::thread_pool connection_{1};
    std::shared_ptr<Handler> handler_;
    std::thread thread_;
};

}  // namespace

HandlerKind glib_kind() {
    return {
        "Glib",
        "glib_handler",
        []() -> std::unique_ptr<HandlerKit> { return std::make_unique<GlibKit>(); },
        false,
        0};
}

}  // namespace kazoo::testing_support
