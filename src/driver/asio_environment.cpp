// SPDX-License-Identifier: Apache-2.0
#include "driver/asio_environment.hpp"

#include "async/handler_memory.hpp"
#include "base/driven_loop.hpp"
#include "base/follow_ups.hpp"
#include "transport/context_executor.hpp"
#include "transport/tcp_transport.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <utility>

namespace kazoo::driver {
namespace {

namespace asio = boost::asio;

class AsioEnvironment final : public Environment {
    /// Binds the handler to the reserved memory, so that posting it usually allocates nothing.
    template <class Function>
    auto with_memory(Function function) const {
        return asio::bind_allocator(
            base::HandlerAllocator<std::byte>(memory_), std::move(function)
        );
    }

public:
    AsioEnvironment(std::shared_ptr<Handler> handler, std::shared_ptr<const TlsOptions> tls)
        : handler_(std::move(handler)),
          tls_(std::move(tls)),
          executor_(handler_->executor()),
          timer_(transport::ContextExecutor::of(executor_)) {}

    [[nodiscard]] TimePoint now() const noexcept override { return handler_->now(); }

    void post(Task task) override {
        if (loop_ != nullptr && put_off(task)) {
            return;
        }
        auto run = [turns = turns_, task = std::move(task)]() mutable {
            turns->run(std::move(task));
        };
        // any_io_executor would allocate its type-erased function elsewhere; the executor of an
        // io_context uses the bound allocator.
        if (const auto* const loop = executor_.target<asio::io_context::executor_type>()) {
            asio::post(*loop, with_memory(std::move(run)));
        } else {
            asio::post(executor_, std::move(run));
        }
    }

    [[nodiscard]] const void* put_off_by() const noexcept override {
        return base::FollowUps::scope_of(loop_);
    }

    void set_timer(TimePoint when, Task task) override {
        timer_.expires_at(when);
        timer_.async_wait(with_memory(
            [turns = turns_, task = std::move(task)](boost::system::error_code aborted) mutable {
                if (!aborted) {
                    turns->run(std::move(task));
                }
            }
        ));
    }

    void clear_timer() override { timer_.cancel(); }

    [[nodiscard]] std::unique_ptr<transport::Transport> make_transport(
        std::weak_ptr<transport::Sink> sink
    ) override {
        return std::make_unique<transport::TcpTransport>(executor_, turns_, std::move(sink), tls_);
    }

private:
    /// Leaves the task to the thread that runs a handler of the loop, if that is this thread, or is
    /// about to run the loop. Otherwise returns false, and `task` is unchanged.
    [[nodiscard]] bool put_off(Task& task) const {
        const auto run = [](const std::shared_ptr<void>& turns, Task& put_off) noexcept {
            static_cast<transport::Turns*>(turns.get())->run(std::move(put_off));
        };
        base::LoopWork work{turns_, run, std::move(task)};
        if (base::FollowUps::add(loop_, work)) {
            return true;
        }
        const auto* const driven = base::driven_loop();
        const bool taken = driven != nullptr && driven->put(loop_, work);
        task = std::move(work.task);
        return taken;
    }

    const std::shared_ptr<Handler> handler_;       // also keeps a loop of the handler's own
    const std::shared_ptr<const TlsOptions> tls_;  // may be null
    const asio::any_io_executor executor_;
    const void* const loop_ = base::loop_of<asio::io_context::executor_type>(executor_);
    const std::shared_ptr<transport::Turns> turns_ = std::make_shared<transport::Turns>(loop_);
    const std::shared_ptr<base::HandlerMemory> memory_ = std::make_shared<base::HandlerMemory>();
    transport::Timer timer_;  // used on the executor, in turns
};

}  // namespace

std::shared_ptr<Environment> make_asio_environment(
    std::shared_ptr<Handler> handler, std::shared_ptr<const TlsOptions> tls
) {
    return std::make_shared<AsioEnvironment>(std::move(handler), std::move(tls));
}

}  // namespace kazoo::driver
