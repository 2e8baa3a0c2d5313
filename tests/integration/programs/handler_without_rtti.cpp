// SPDX-License-Identifier: Apache-2.0
// A handler in a program compiled without run-time type information.
#include <kazoo/kazoo.hpp>
#include <kazoo/testing/server.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <cstdio>
#include <memory>
#include <utility>

namespace {

/// A user-defined handler that delegates to another handler's threads.
class OwnHandler final : public kazoo::Handler {
public:
    [[nodiscard]] std::string_view name() const noexcept override { return "own_handler"; }
    [[nodiscard]] boost::asio::any_io_executor executor() override { return inner_.executor(); }
    void dispatch(kazoo::Lane lane, kazoo::Task task) override {
        inner_.dispatch(lane, std::move(task));
    }
    [[nodiscard]] std::shared_ptr<kazoo::Waiter> waiter() override { return inner_.waiter(); }
    void start() override { inner_.start(); }
    void stop() override { inner_.stop(); }
    [[nodiscard]] bool running() const noexcept override { return inner_.running(); }

private:
    kazoo::SequentialThreadingHandler inner_;
};

}  // namespace

int main() {
    const kazoo::testing::Server server;
    kazoo::KazooClient zk(
        kazoo::ClientOptions().hosts(server.hosts()).handler(std::make_shared<OwnHandler>())
    );
    zk.start(std::chrono::seconds(30));
    zk.create("/a", "value");
    std::puts(zk.get("/a").data.c_str());
}
