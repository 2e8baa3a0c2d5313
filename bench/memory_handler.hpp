// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "driver/environment_source.hpp"
#include "memory_server.hpp"

#include <kazoo/handler.hpp>
#include <kazoo/handlers/asio.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>

namespace bench {

/// A handler whose clients are connected to a MemoryServer, on a clock that stands still: all that
/// the library does for an operation, without sockets, and each time the same.
class MemoryHandler final : public kazoo::Handler, public kazoo::detail::EnvironmentSource {
public:
    /// Both must outlive the handler.
    MemoryHandler(boost::asio::io_context& loop, MemoryServer& server)
        : loop_(loop), server_(server), lanes_(loop) {}

    [[nodiscard]] std::string_view name() const noexcept override { return "memory_handler"; }
    [[nodiscard]] boost::asio::any_io_executor executor() override { return lanes_.executor(); }
    void dispatch(kazoo::Lane lane, kazoo::Task task) override {
        lanes_.dispatch(lane, std::move(task));
    }
    [[nodiscard]] std::shared_ptr<kazoo::Waiter> waiter() override { return lanes_.waiter(); }
    [[nodiscard]] kazoo::TimePoint now() const noexcept override {
        return kazoo::TimePoint(std::chrono::hours(1));
    }
    void start() override { lanes_.start(); }
    void stop() override { lanes_.stop(); }
    [[nodiscard]] bool running() const noexcept override { return lanes_.running(); }

    [[nodiscard]] kazoo::detail::EnvironmentSource* environment_source() noexcept override {
        return this;
    }
    [[nodiscard]] std::shared_ptr<kazoo::driver::Environment> make_environment() override;
    [[nodiscard]] std::uint64_t random_seed() override { return 1; }

private:
    boost::asio::io_context& loop_;
    MemoryServer& server_;
    kazoo::SequentialAsioHandler lanes_;
};

}  // namespace bench
