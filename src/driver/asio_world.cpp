#include "driver/asio_world.hpp"

#include "transport/tcp_transport.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

namespace kazoo::driver {
namespace {

class AsioWorld final : public World {
public:
    explicit AsioWorld(std::shared_ptr<Handler> handler)
        : handler_(std::move(handler)),
          executor_(boost::asio::make_strand(handler_->executor())),
          timer_(executor_) {}

    [[nodiscard]] TimePoint now() const noexcept override { return handler_->now(); }

    void post(Task task) override {
        boost::asio::post(executor_, [task = std::move(task)]() mutable { task(); });
    }

    void set_timer(TimePoint when, Task task) override {
        timer_.expires_at(when);
        timer_.async_wait([task = std::move(task)](boost::system::error_code aborted) mutable {
            if (!aborted) {
                task();
            }
        });
    }

    void clear_timer() override { timer_.cancel(); }

    [[nodiscard]] std::unique_ptr<transport::Transport> make_transport(
        std::weak_ptr<transport::Sink> sink
    ) override {
        return std::make_unique<transport::TcpTransport>(executor_, std::move(sink));
    }

private:
    const std::shared_ptr<Handler> handler_;
    const boost::asio::any_io_executor executor_;
    boost::asio::steady_timer timer_;
};

}  // namespace

std::shared_ptr<World> make_asio_world(std::shared_ptr<Handler> handler) {
    return std::make_shared<AsioWorld>(std::move(handler));
}

}  // namespace kazoo::driver
