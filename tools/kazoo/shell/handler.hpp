// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/interrupt.hpp"

#include <kazoo/handlers/threading.hpp>

#include <memory>

namespace tool {

/// A SequentialThreadingHandler whose waits an Interrupt can end.
class InterruptibleHandler final : public kazoo::Handler {
public:
    /// `interrupt` must outlive the handler.
    explicit InterruptibleHandler(Interrupt& interrupt) : interrupt_(&interrupt) {}

    [[nodiscard]] std::string_view name() const noexcept override { return threads_.name(); }
    [[nodiscard]] boost::asio::any_io_executor executor() override;
    void dispatch(kazoo::Lane lane, kazoo::Task task) override;
    [[nodiscard]] std::shared_ptr<kazoo::Waiter> waiter() override;
    void start() override { threads_.start(); }
    void stop() override { threads_.stop(); }
    [[nodiscard]] bool running() const noexcept override { return threads_.running(); }

private:
    Interrupt* interrupt_;
    kazoo::SequentialThreadingHandler threads_;
};

}  // namespace tool
