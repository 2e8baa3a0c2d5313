// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/listener/memory_trimmer.hpp"
#include "server/member/server_node.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <vector>

namespace kazoo::server {

class Listener;

/// Shared by the listeners of one server or ensemble: the database, the clock, one timer for all
/// deadlines, the turns of connections, and the trimming of memory. Not thread-safe: everything,
/// including the database and the server nodes, runs on an executor that runs one handler at a
/// time.
///
/// Pending handlers refer to this object: call `stop` and destroy it only after they have run.
class ServerLoop {
public:
    ServerLoop(boost::asio::any_io_executor executor, Database& database);

    void add(Listener& listener);
    /// Cancels the timer and posts no more turns. Listeners are stopped separately.
    void stop();

    /// Call this after any input to the database or to a server node: sends pending output, closes
    /// connections that are over, and arms the timer. Requests that wait for a turn are handled in
    /// posted handlers, one connection per handler, so that other handlers run in between.
    void pump();

    [[nodiscard]] const boost::asio::any_io_executor& executor() const noexcept {
        return executor_;
    }
    [[nodiscard]] Time now() const noexcept;

private:
    void arm();
    void on_deadline();
    void take_turns();
    void trim_memory(SteadyTime now);

    boost::asio::any_io_executor executor_;
    Database& database_;
    std::vector<Listener*> listeners_;
    boost::asio::steady_timer timer_;
    SteadyTime armed_for_ = no_deadline;  // no_deadline: the timer is not set
    bool stopped_ = false;
    bool turn_posted_ = false;   // take_turns() is pending
    std::size_t next_turn_ = 0;  // index of the next listener, modulo their number
    MemoryTrimmer memory_;
};

}  // namespace kazoo::server
