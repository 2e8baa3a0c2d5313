// SPDX-License-Identifier: Apache-2.0
#include "server/listener/server_loop.hpp"

#include "base/give_back_memory.hpp"
#include "server/listener/listener.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace kazoo::server {

using std::chrono::time_point_cast;

ServerLoop::ServerLoop(boost::asio::any_io_executor executor, Database& database)
    : executor_(std::move(executor)), database_(database), timer_(executor_) {}

void ServerLoop::add(Listener& listener) {
    listeners_.push_back(&listener);
}

void ServerLoop::stop() {
    timer_.cancel();
    stopped_ = true;
}

Time ServerLoop::now() const noexcept {
    return {
        time_point_cast<Milliseconds>(std::chrono::steady_clock::now()),
        time_point_cast<Milliseconds>(std::chrono::system_clock::now())};
}

void ServerLoop::pump() {
    // Closing a connection is an input itself and may touch others: repeat until none is touched.
    bool again = true;
    while (again) {
        again = false;
        for (Listener* listener : listeners_) {
            again |= listener->serve_touched();
        }
    }
    const bool turns_wait =
        std::any_of(listeners_.begin(), listeners_.end(), [](const Listener* listener) {
            return listener->turns_wait();
        });
    if (turns_wait && !turn_posted_ && !stopped_) {
        turn_posted_ = true;
        boost::asio::post(executor_, [this] { take_turns(); });
    }
    const SteadyTime steady = now().steady;
    if (memory_.due(steady)) {
        trim_memory(steady);
    }
    arm();
}

/// Handles the turn of one connection, alternating between the listeners. pump() posts the next
/// turn, behind the handlers that were queued meanwhile.
void ServerLoop::take_turns() {
    turn_posted_ = false;
    for (std::size_t i = 0; i < listeners_.size(); ++i) {
        Listener& listener = *listeners_[next_turn_++ % listeners_.size()];
        if (listener.turns_wait()) {
            listener.next_turn(now());
            break;
        }
    }
    pump();
}

void ServerLoop::trim_memory(SteadyTime now) {
    std::size_t used = database_.tree().footprint();
    for (const Listener* listener : listeners_) {
        used += listener->footprint();
    }
    if (memory_.sample(used, now)) {
        base::give_back_memory();
    }
}

/// Sets the timer only if the deadline is earlier than before. Most inputs postpone a deadline; the
/// timer then fires early and is set again, which is cheaper than setting it after each input.
void ServerLoop::arm() {
    SteadyTime deadline = std::min(database_.next_deadline(), memory_.next_deadline());
    for (const Listener* listener : listeners_) {
        deadline = std::min(deadline, listener->next_deadline());
    }
    if (stopped_ || deadline >= armed_for_) {
        return;
    }
    armed_for_ = deadline;
    timer_.expires_at(deadline);
    timer_.async_wait([this](boost::system::error_code aborted) {
        if (!aborted) {
            on_deadline();
        }
    });
}

void ServerLoop::on_deadline() {
    if (stopped_) {
        return;  // the handler was queued before the timer was cancelled
    }
    armed_for_ = no_deadline;
    const Time time = now();
    database_.on_time(time);
    for (Listener* listener : listeners_) {
        listener->on_time(time);
    }
    pump();
}

}  // namespace kazoo::server
