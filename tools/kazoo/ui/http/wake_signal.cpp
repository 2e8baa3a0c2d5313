// SPDX-License-Identifier: Apache-2.0
#include "ui/http/wake_signal.hpp"

#include <boost/system/system_error.hpp>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>

namespace tool::ui {
namespace {

int new_descriptor() {
    const int descriptor = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (descriptor < 0) {
        throw boost::system::system_error(errno, boost::system::system_category());
    }
    return descriptor;
}

}  // namespace

WakeSignal::WakeSignal(boost::asio::io_context& loop) : descriptor_(loop, new_descriptor()) {}

void WakeSignal::raise() noexcept {
    if (!is_raised_.exchange(true)) {
        static_cast<void>(::eventfd_write(descriptor_.native_handle(), 1));
    }
}

/// In this order: what is raised in between is read by the next wait.
void WakeSignal::reset() noexcept {
    eventfd_t count = 0;
    static_cast<void>(::eventfd_read(descriptor_.native_handle(), &count));
    is_raised_.store(false);
}

}  // namespace tool::ui
