// SPDX-License-Identifier: Apache-2.0
#include "support/handler_kit.hpp"

#include "support/pool_handler.hpp"
#include "support/wait_until.hpp"
#ifdef KAZOO_HAS_FIBER
#    include "support/fiber/fiber_kit.hpp"
#endif
#ifdef KAZOO_HAS_UV
#    include "support/uv/uv_kit.hpp"
#endif
#ifdef KAZOO_HAS_GLIB
#    include "support/glib/glib_kit.hpp"
#endif

#include <kazoo/handlers/asio.hpp>
#include <kazoo/handlers/threading.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>

#include <algorithm>
#include <ostream>
#include <stdexcept>
#include <string>
#include <thread>

namespace kazoo::testing_support {
namespace {

/// For handlers that need no environment. Shutting down waits until this is the only reference to
/// the handler: the last callbacks, such as those of a client destroyed in a callback, have run
/// then.
template <class SelfContained>
class SimpleKit final : public HandlerKit {
public:
    const std::shared_ptr<Handler>& handler() override { return handler_; }
    bool shut_down(std::chrono::milliseconds limit) override {
        const bool alone = wait_until([this] { return handler_.use_count() == 1; }, limit);
        handler_ = nullptr;
        return alone;
    }

private:
    std::shared_ptr<Handler> handler_ = std::make_shared<SelfContained>();
};

/// `hint` is Asio's concurrency hint.
template <int threads, int hint = 2>
class AsioKit final : public HandlerKit {
public:
    AsioKit() : work_(context_.get_executor()) {
        for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { context_.run(); });
    }
    ~AsioKit() override {
        context_.stop();
        for (auto& thread : threads_) thread.join();
    }

    const std::shared_ptr<Handler>& handler() override { return handler_; }

    bool shut_down(std::chrono::milliseconds limit) override {
        work_.reset();
        return wait_until([this] { return context_.stopped(); }, limit);
    }

private:
    boost::asio::io_context context_{hint};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    std::shared_ptr<Handler> handler_ = std::make_shared<SequentialAsioHandler>(context_);
    std::vector<std::thread> threads_;
};

/// An executor of a thread pool that the program uses for other work as well: a strand, or the pool
/// itself.
template <bool strand>
class ExecutorKit final : public HandlerKit {
public:
    ~ExecutorKit() override { pool_.join(); }
    const std::shared_ptr<Handler>& handler() override { return handler_; }
    bool shut_down(std::chrono::milliseconds limit) override {
        return wait_until([this] { return !handler_->running(); }, limit);
    }

private:
    boost::asio::any_io_executor executor() {
        if constexpr (strand) {
            return boost::asio::make_strand(pool_);
        } else {
            return pool_.get_executor();
        }
    }

    boost::asio::thread_pool pool_{2};
    std::shared_ptr<Handler> handler_ = std::make_shared<SequentialAsioHandler>(executor());
};

template <class Kit>
std::unique_ptr<HandlerKit> make_kit() {
    return std::make_unique<Kit>();
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const HandlerKind& kind) {
    return out << kind.name;
}

const std::vector<HandlerKind>& handler_kinds() {
    static const std::vector<HandlerKind> kinds{
        {"Threading",
         "sequential_threading_handler",
         make_kit<SimpleKit<SequentialThreadingHandler>>,
         true,
         4},
        {"Asio", "sequential_asio_handler", make_kit<AsioKit<1>>, false, 0},
        {"AsioHint1", "sequential_asio_handler", make_kit<AsioKit<1, 1>>, false, 0},
        {"AsioThreads", "sequential_asio_handler", make_kit<AsioKit<3>>, false, 0},
        {"AsioStrand", "sequential_asio_handler", make_kit<ExecutorKit<true>>, false, 0},
#ifdef KAZOO_HAS_FIBER
        fiber_kind(),
        fiber_polling_kind(),
#endif
#ifdef KAZOO_HAS_UV
        uv_kind(),
#endif
#ifdef KAZOO_HAS_GLIB
        glib_kind(),
#endif
        {"Pool", "pool_handler", make_kit<SimpleKit<PoolHandler>>, true, 0}};
    return kinds;
}

std::vector<HandlerKind> first_of_each_handler() {
    std::vector<HandlerKind> first;
    for (const auto& kind : handler_kinds()) {
        const bool is_new = std::none_of(first.begin(), first.end(), [&](const auto& other) {
            return other.handler_name == kind.handler_name;
        });
        if (is_new) first.push_back(kind);
    }
    return first;
}

HandlerKind asio_pool_kind() {
    return {"AsioPool", "sequential_asio_handler", make_kit<ExecutorKit<false>>, false, 0};
}

const HandlerKind& handler_kind(std::string_view name) {
    for (const auto& kind : handler_kinds()) {
        if (kind.name == name) return kind;
    }
    throw std::invalid_argument("no such handler: " + std::string(name));
}

}  // namespace kazoo::testing_support
