#pragma once

#include "server/member.hpp"
#include "server/memory_watch.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <vector>

namespace kazoo::server {

class Listener;

/// What the listeners of one server or of one ensemble share: the state, the clock, and one timer
/// for the deadlines of all. Everything happens on an executor that runs one handler at a time.
///
/// `stop` cancels what is under way; destroy this only when those handlers have run.
class ListenerHub {
public:
    ListenerHub(boost::asio::any_io_executor executor, State& state);

    void add(Listener& listener);
    /// Forgets the deadlines; the listeners stop by themselves.
    void stop();

    /// To be called after any input of the state or of a member: whatever a member has to say to a
    /// client is sent, whoever is to be disconnected is disconnected, and the timer is set.
    /// Requests that wait for their turn are handled afterwards, one connection at a time, so that
    /// the executor can take up others in between.
    void pump();

    [[nodiscard]] const boost::asio::any_io_executor& executor() const noexcept {
        return executor_;
    }
    [[nodiscard]] Time now() const noexcept;

private:
    void arm();
    void on_deadline();
    void take_turns();
    void watch_memory(std::int64_t now_ms);

    boost::asio::any_io_executor executor_;
    State& state_;
    std::vector<Listener*> listeners_;
    boost::asio::steady_timer timer_;
    std::int64_t armed_for_ms_ = no_deadline;
    bool stopped_ = false;
    bool turn_posted_ = false;
    std::size_t next_turn_ = 0;  // of listeners_, modulo their number
    MemoryWatch memory_;
};

}  // namespace kazoo::server
