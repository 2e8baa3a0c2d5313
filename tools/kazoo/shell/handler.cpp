// SPDX-License-Identifier: Apache-2.0
#include "shell/handler.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <utility>

namespace tool {
namespace {

class InterruptibleWaiter final : public kazoo::Waiter {
public:
    InterruptibleWaiter(std::shared_ptr<kazoo::Waiter> waiter, Interrupt& interrupt)
        : waiter_(std::move(waiter)), interrupt_(&interrupt) {}

    void wait_until(kazoo::TimePoint deadline) override { interrupt_->wait(*waiter_, deadline); }
    void notify() noexcept override { waiter_->notify(); }

private:
    std::shared_ptr<kazoo::Waiter> waiter_;
    Interrupt* interrupt_;
};

}  // namespace

boost::asio::any_io_executor InterruptibleHandler::executor() {
    return threads_.executor();
}

void InterruptibleHandler::dispatch(kazoo::Lane lane, kazoo::Task task) {
    threads_.dispatch(lane, std::move(task));
}

std::shared_ptr<kazoo::Waiter> InterruptibleHandler::waiter() {
    return std::make_shared<InterruptibleWaiter>(threads_.waiter(), *interrupt_);
}

}  // namespace tool
