// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <atomic>
#include <utility>

namespace tool::ui {

/// Wakes a loop from any thread. Unlike a function that is posted, this needs no memory, so that no
/// wake-up is lost when there is none.
class WakeSignal {
public:
    /// Throws boost::system::system_error.
    explicit WakeSignal(boost::asio::io_context& loop);

    /// Thread-safe.
    void raise() noexcept;
    /// Calls `raised(error_code)` in the loop once the signal is raised, or has been since the last
    /// call; several calls of raise() may count as one. Throws std::bad_alloc.
    template <class Raised>
    void async_wait(Raised raised) {
        descriptor_.async_wait(
            boost::asio::posix::stream_descriptor::wait_read,
            [this, raised = std::move(raised)](const boost::system::error_code& error) mutable {
                reset();
                raised(error);
            }
        );
    }

private:
    void reset() noexcept;

    boost::asio::posix::stream_descriptor descriptor_;
    std::atomic<bool> is_raised_{false};
};

}  // namespace tool::ui
