// SPDX-License-Identifier: Apache-2.0
#include "shell/signals.hpp"

#include <unistd.h>

#include <csignal>

namespace tool {

Signals::Signals(Interrupt& interrupt, Notices& notices)
    : interrupt_(&interrupt), notices_(&notices), signals_(loop_, SIGINT, SIGTERM, SIGHUP) {
    signals_.add(SIGWINCH);
    signals_.add(SIGCONT);
    watch();
    // Signals interrupt what the thread of the shell reads; this thread handles none itself.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    thread_ = std::thread([this] { loop_.run(); });
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

Signals::~Signals() {
    loop_.stop();
    thread_.join();
}

void Signals::watch() {
    signals_.async_wait([this](boost::system::error_code error, int number) {
        if (!error) {
            handle(number);
            watch();
        }
    });
}

void Signals::on_interrupt() {
    const auto end_line = [] {
        if (::isatty(STDERR_FILENO) == 1) {
            // The terminal has shown "^C".
            [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, "\n", 1);
        }
    };
    switch (interrupt_->request(end_line)) {
        case Interrupt::Of::command:
            break;
        case Interrupt::Of::ended_command:
            notices_->changed();  // the prompt is behind the "^C"
            break;
        default:
            notices_->interrupt();
    }
}

void Signals::handle(int number) {
    switch (number) {
        case SIGINT:
            on_interrupt();
            break;
        case SIGTERM:
        case SIGHUP:
            ending_ = number;
            interrupt_->request();
            notices_->end();
            break;
        default:
            notices_->changed();
    }
}

}  // namespace tool
