// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/http/event_hub.hpp"
#include "ui/http/server.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <cstddef>
#include <functional>
#include <list>

namespace tool::ui {

/// A connection that can be closed from outside.
struct OpenConnection {
    std::function<void()> close;
    bool waiting = true;  ///< for a request
};

/// What the connections of a server share. Used by one thread.
struct Shared {
    explicit Shared(const HttpLimits& all) : limits(all), hub(all.event_streams, all.event_bytes) {}

    HttpLimits limits;
    EventHub hub;
    Application* application = nullptr;
    std::list<OpenConnection> connections;  ///< Those that wait, in the order of their waits.
};

/// Serves the requests of a connection, in its executor. `shared` must outlive the executor's
/// context. Throws std::bad_alloc.
void serve_connection(boost::asio::ip::tcp::socket socket, Shared& shared);

}  // namespace tool::ui
