// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace tool::ui {

/// A reader of events. What waits for it is bounded.
struct Subscriber {
    explicit Subscriber(const boost::asio::any_io_executor& executor) : signal(executor) {}

    std::string outbox;                ///< Events in the format of text/event-stream.
    boost::asio::steady_timer signal;  ///< Cancelled when the outbox or `closed` changes.
    bool closed = false;               ///< The connection has ended, or is to be ended.
    std::array<char, 256> ignored{};   ///< For what the client sends.
};

/// The readers of events. Used by one thread.
class EventHub {
public:
    EventHub(std::size_t most_subscribers, std::size_t most_bytes)
        : most_subscribers_(most_subscribers), most_bytes_(most_bytes) {}

    /// Returns a new reader; null if there are too many.
    std::shared_ptr<Subscriber> subscribe(const boost::asio::any_io_executor& executor);
    /// Sends an event, which must not contain line ends, to all of them. If too much waits for one,
    /// all of that is replaced by `gap`. If there is no memory for it, the stream is closed: the
    /// reader opens it again, and reads everything again.
    void publish(const std::string& event, const std::string& gap) noexcept;

private:
    void append(Subscriber& subscriber, const std::string& event, const std::string& gap) const;

    std::size_t most_subscribers_;
    std::size_t most_bytes_;
    std::vector<std::weak_ptr<Subscriber>> subscribers_;
};

}  // namespace tool::ui
