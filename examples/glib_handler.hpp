// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/exceptions.hpp>
#include <kazoo/handler.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/thread_pool.hpp>
#include <glib.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <future>
#include <memory>
#include <mutex>
#include <thread>

/// A handler for a GLib main context: an example of adapting an event loop. Callbacks run on the
/// main context, the connection on a thread pool of the program. Both must outlive the handler's
/// clients.
class GlibHandler final : public kazoo::Handler {
public:
    /// Must be constructed on the thread that runs the main context.
    GlibHandler(GMainContext* context, boost::asio::thread_pool& connection)
        : queue_(Queue::on(context)), connection_(connection) {}
    ~GlibHandler() override {
        g_source_destroy(queue_->source);
        g_source_unref(queue_->source);
    }

    std::string_view name() const noexcept override { return "glib_handler"; }
    boost::asio::any_io_executor executor() override { return connection_.get_executor(); }
    /// All lanes share one queue, because one thread runs them all.
    void dispatch(kazoo::Lane, kazoo::Task task) override { queue_->push(std::move(task)); }
    std::shared_ptr<kazoo::Waiter> waiter() override {
        if (on_own_thread()) throw kazoo::WouldDeadlockError();  // the wait could not end
        return std::make_shared<Sleeper>();
    }
    void start() override { ++users_; }
    void stop() override {
        if (--users_ > 0 || on_own_thread()) return;
        const auto reached = std::make_shared<std::promise<void>>();
        queue_->push([reached] { reached->set_value(); });
        reached->get_future().wait_for(std::chrono::seconds(2));  // the loop may not be running
    }
    bool running() const noexcept override { return users_ > 0; }

private:
    /// The tasks that wait for the loop. A source of the main context runs them and keeps this
    /// object alive.
    struct Queue {
        using Kept = std::shared_ptr<Queue>;
        [[nodiscard]] static Kept on(GMainContext* context) {
            static GSourceFuncs functions{nullptr, nullptr, turn, nullptr, nullptr, nullptr};
            auto queue = std::make_shared<Queue>();
            queue->source = g_source_new(&functions, sizeof(GSource));
            g_source_set_callback(queue->source, nullptr, new Kept(queue), drop);
            g_source_attach(queue->source, context);
            return queue;
        }
        void push(kazoo::Task task) {
            const std::lock_guard lock(mutex);
            waiting.push_back(std::move(task));
            g_source_set_ready_time(source, 0);
        }
        /// Runs a limited number of tasks, so that other sources are not starved.
        static gboolean turn(GSource* source, GSourceFunc, gpointer kept) {
            auto& self = **static_cast<Kept*>(kept);
            for (int done = 0; done < 64; ++done) {
                std::unique_lock lock(self.mutex);
                if (self.waiting.empty()) {
                    g_source_set_ready_time(source, -1);
                    break;
                }
                auto task = std::move(self.waiting.front());
                self.waiting.pop_front();
                lock.unlock();
                task();
            }
            return G_SOURCE_CONTINUE;
        }
        /// Called when the handler or the context is destroyed. Pending tasks may own the handler,
        /// so they are destroyed after the mutex is released and before the queue.
        static void drop(gpointer kept) {
            const std::unique_ptr<Kept> queue(static_cast<Kept*>(kept));
            std::deque<kazoo::Task> dropped;
            const std::lock_guard lock((*queue)->mutex);
            dropped.swap((*queue)->waiting);
        }

        GSource* source = nullptr;
        std::mutex mutex;
        std::deque<kazoo::Task> waiting;
    };

    struct Sleeper final : kazoo::Waiter {
        void wait_until(kazoo::TimePoint deadline) override {
            std::unique_lock lock(mutex);
            woken.wait_until(lock, deadline, [this] { return set; });
            set = false;
        }
        void notify() noexcept override {
            const std::lock_guard lock(mutex);
            set = true;
            woken.notify_one();
        }

        std::mutex mutex;
        std::condition_variable woken;
        bool set = false;
    };

    [[nodiscard]] bool on_own_thread() const {
        return std::this_thread::get_id() == loop_thread_ ||
               connection_.get_executor().running_in_this_thread();
    }

    const std::shared_ptr<Queue> queue_;
    boost::asio::thread_pool& connection_;
    const std::thread::id loop_thread_ = std::this_thread::get_id();
    std::atomic<int> users_{0};
};
