// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/interrupt.hpp"
#include "shell/notices.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <atomic>
#include <thread>

namespace tool {

/// Receives the signals of the shell, in a thread: SIGINT ends the command that runs or gives up
/// the line, SIGTERM and SIGHUP end the shell, and SIGWINCH and SIGCONT draw the line again.
class Signals {
public:
    /// The references must outlive it.
    Signals(Interrupt& interrupt, Notices& notices);
    ~Signals();
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;

    /// Returns the signal that ends the shell; 0 if none has arrived.
    [[nodiscard]] int ending() const noexcept { return ending_; }

private:
    void watch();
    void handle(int number);
    void on_interrupt();

    Interrupt* interrupt_;
    Notices* notices_;
    std::atomic<int> ending_{0};
    boost::asio::io_context loop_;
    boost::asio::signal_set signals_;
    std::thread thread_;
};

}  // namespace tool
