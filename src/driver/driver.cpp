// SPDX-License-Identifier: Apache-2.0
// The driver: one turn after the other between session and transport. With the mutex held it only
// calls the session; the transport, the environment and the sink are called without it.
#include "driver/driver.hpp"

#include <optional>

namespace kazoo::driver {
namespace {

std::error_code no_memory() noexcept {
    return std::make_error_code(std::errc::not_enough_memory);
}

}  // namespace

Driver::Driver(std::shared_ptr<Environment> environment, EventSink& sink)
    : environment_(std::move(environment)),
      sink_(sink),
      session_(std::make_unique<session::Session>(session::Config{}, &metrics_)),
      events_(few_events) {}

/// If the loop is destroyed during a session, events may not have been delivered.
Driver::~Driver() {
    for (std::size_t i = next_event_; i < last_event_; ++i) {
        const auto* const reply = std::get_if<session::ReplyEvent>(&events_[i]);
        if (reply != nullptr && reply->request) {
            reply->request->abandon();
        }
    }
}

void Driver::start(session::Config config, std::uint64_t number) {
    auto other = std::make_unique<session::Session>(std::move(config), &metrics_);
    {
        const auto now = environment_->now();
        const std::lock_guard lock(mutex_);
        session_.swap(other);  // the old session is destroyed after the mutex is released
        session_->lease().set_uses(other->lease().uses());
        session_number_ = number;
        work_waits_ = true;  // calls of other threads need not wake: the post below does
        try {
            session_->start(now);
        } catch (...) {
            session_->out_of_memory(now);
        }
    }
    try {
        environment_->post(detail::quiet([self = self()] {
            self->beginning_ = true;
            self->run_turns();
        }));
    } catch (...) {
        {
            const std::lock_guard lock(mutex_);
            session_.swap(other);
            session_->lease().set_uses(other->lease().uses());
            work_waits_ = false;
        }
        end_unused(*other);
        throw;
    }
}

/// Ends a session whose start has failed. Requests that other threads have submitted meanwhile get
/// their events.
void Driver::end_unused(session::Session& unused) noexcept {
    unused.close(environment_->now());
    session::Event event;
    while (unused.take_events({&event, 1}) > 0) {
        if (std::holds_alternative<session::ReplyEvent>(event)) {
            static_cast<void>(give_to_sink(event));
        }
        event = session::StateEvent{};
    }
    sink_.on_delivered(environment_->now());
}

void Driver::close_session(std::uint64_t number) {
    with_session([&](session::Session& session, TimePoint now) {
        if (session_number_ == number) {
            session.close(now);
        }
        return 0;
    });
}

void Driver::detach_session(std::uint64_t number) {
    with_session([&](session::Session& session, TimePoint now) {
        if (session_number_ == number) {
            session.detach(now);
        }
        return 0;
    });
}

void Driver::look_again() {
    with_session([](session::Session&, TimePoint) { return 0; });
}

void Driver::post_turns() {
    // Weak: while a session runs, its timer keeps the driver alive. A task must not, because one
    // that waits in a loop that does not run would keep the driver, and through it the loop.
    environment_->post(detail::quiet([weak = std::weak_ptr<Driver>(self())] {
        if (const auto alive = weak.lock()) {
            alive->run_turns();
        }
    }));
}

bool Driver::try_to_wake() noexcept {
    constexpr int tries = 3;  // a shortage of memory may be momentary
    for (int i = 0; i < tries; ++i) {
        try {
            post_turns();
            return true;
        } catch (...) {
            continue;
        }
    }
    const std::lock_guard lock(mutex_);
    work_waits_ = false;  // the next call tries again
    return false;
}

bool Driver::withdraw(session::RequestId request) noexcept {
    const std::lock_guard lock(mutex_);
    return session_->withdraw(request);
}

/// Gives the session an input. If there is no memory for it, the session drops its connection.
template <class Input>
void Driver::handle_input(TimePoint now, Input&& input) noexcept {
    last_input_ = now;
    const std::lock_guard lock(mutex_);
    work_waits_ = true;
    put_off_by_ = nullptr;  // run_turns() follows
    try {
        input(*session_, now);
    } catch (...) {
        session_->out_of_memory(now);
    }
}

template <class Input>
void Driver::handle_input(Input&& input) noexcept {
    handle_input(environment_->now(), input);
}

template <class Input>
void Driver::input(Input&& input) noexcept {
    handle_input(input);
    run_turns();
}

void Driver::on_resolved(
    std::uint64_t attempt, std::error_code error, std::vector<base::Endpoint> endpoints
) {
    input([&](session::Session& session, TimePoint now) {
        session.on_resolved(attempt, error, std::move(endpoints), now);
    });
}

void Driver::on_connected(std::uint64_t attempt) {
    writing_ = false;
    input([&](session::Session& session, TimePoint now) { session.on_connected(attempt, now); });
}

void Driver::on_bytes(std::uint64_t attempt, std::span<const std::byte> bytes) {
    session::Received received{bytes};
    received.may_leave = false;
    receive(attempt, received);
}

transport::Unread Driver::on_more(
    std::uint64_t attempt, std::span<const std::byte> bytes, std::size_t again
) {
    session::Received received{bytes, again};
    receive(attempt, received);
    return {received.left, received.whole};
}

/// Processes the frames in parts, as many at a time as `events_` has room for. Between parts the
/// mutex is free, and events are delivered while they are still in the processor's caches. All have
/// arrived at the same time: for the metrics, the delivery of one does not delay the next.
void Driver::receive(std::uint64_t attempt, session::Received& received) noexcept {
    const auto now = environment_->now();
    do {
        received.frames = events_.size();
        handle_input(now, [&](session::Session& session, TimePoint arrival) {
            session.on_more(attempt, received, arrival);
        });
    } while (received.more && deliver_some());
    if (received.more) {
        // The remaining bytes are not processed, so the connection cannot be used any longer, even
        // if there is memory again for the events that wait.
        handle_input([](session::Session& session, TimePoint time) { session.out_of_memory(time); }
        );
    }
    run_turns();
}

void Driver::on_sent(std::uint64_t) {
    writing_ = false;
    run_turns();
}

void Driver::on_closed(std::uint64_t attempt, std::error_code error, std::string_view why) {
    input([&](session::Session& session, TimePoint now) {
        error == std::errc::not_enough_memory ? session.out_of_memory(attempt, now)
                                              : session.on_closed(attempt, error, now, why);
    });
}

void Driver::run_turns() noexcept {
    constexpr int rounds = 4;
    for (int round = 0; round < rounds; ++round) {
        for (int i = 0; i < turns_at_once; ++i) {
            if (!turn()) {
                return;
            }
        }
        try {
            return post_turns();  // lets other handlers of this executor run
        } catch (...) {
            continue;  // out of memory: go on here
        }
    }
    const std::lock_guard lock(mutex_);
    in_turn_ = false;  // the next call or the timer continues
    work_waits_ = false;
}

/// One turn; see the drawing in the header. Returns whether there may be more to do. All events are
/// delivered before this returns to the transport, because the bodies of replies are in its buffer.
bool Driver::turn() noexcept {
    begin();
    if (!transport_) {
        return false;  // not started yet, or closed down
    }
    if (next_event_ < last_event_ && !deliver()) {
        wait_for_memory();
        return false;
    }
    waiting_for_memory_ = false;
    std::array<std::optional<session::Action>, actions_at_once> actions;
    bool writes = false;
    bool all_taken = true;
    TimePoint deadline;
    {
        const std::lock_guard lock(mutex_);
        in_turn_ = true;
        work_waits_ = false;
        for (auto& action : actions) {
            action = session_->next_action();
            if (!action) {
                break;
            }
            writing_ = writing_ && !std::holds_alternative<session::DisconnectAction>(*action);
        }
        if (!writing_) {
            try {
                writes = session_->take_output(out_);
            } catch (...) {
                all_taken = false;  // what is in `out_` is sent; the rest follows
            }
        }
        deadline = session_->next_deadline();
    }
    for (const auto& action : actions) {
        if (action) {
            perform(*action);
        }
    }
    const auto written = writes ? environment_->now() : TimePoint();
    send();
    const bool all = all_taken && !actions.back();
    const bool timed = set_timer(deadline);
    if (!deliver()) {
        wait_for_memory();
        return false;
    }
    bool closed = false;
    bool more = false;
    {
        const std::lock_guard lock(mutex_);
        if (writes) {
            session_->on_written(written);
        }
        closed = session_->finished() && !session_->has_events();
        more = work_waits_ || !timed || !all;
        in_turn_ = more && !closed;
    }
    return closed ? close_down() : more;
}

/// Creates the transport of a new session. If there is no memory, the timer tries again.
void Driver::begin() noexcept {
    if (!beginning_) {
        return;
    }
    try {
        transport_ = environment_->make_transport(self());
        beginning_ = false;
        ending_ = false;
    } catch (...) {
        static_cast<void>(set_timer(environment_->now() + memory_pause));
    }
}

void Driver::perform(const session::Action& action) noexcept {
    if (const auto* resolve = std::get_if<session::ResolveAction>(&action)) {
        try {
            transport_->resolve(resolve->attempt, resolve->host.host, resolve->host.port);
        } catch (...) {
            handle_input([&](session::Session& session, TimePoint now) {
                session.on_resolved(resolve->attempt, no_memory(), {}, now);
            });
        }
    } else if (const auto* connect = std::get_if<session::ConnectAction>(&action)) {
        try {
            transport_->connect(connect->attempt, connect->endpoint);
        } catch (...) {
            handle_input([&](session::Session& session, TimePoint now) {
                session.on_closed(connect->attempt, no_memory(), now);
            });
        }
    } else if (const auto* asked = std::get_if<session::ProbeAction>(&action)) {
        try {
            probe(*asked);
        } catch (...) {
            handle_input([&](session::Session& session, TimePoint now) {
                session.on_probe(asked->attempt, "", now);
            });
        }
    } else if (const auto* ask = std::get_if<session::AskHostsAction>(&action)) {
        ask_for_hosts(ask->question);
    } else if (const auto* step = std::get_if<session::SaslAction>(&action)) {
        take_sasl_step(*step);
    } else {
        probe_.reset();
        transport_->disconnect();
    }
}

void Driver::probe(const session::ProbeAction& action) {
    auto done = [weak = std::weak_ptr<Driver>(self()),
                 attempt = action.attempt](std::error_code error, std::string answer) {
        if (error) {
            answer.clear();  // it says why there is none
        }
        if (const auto alive = weak.lock()) {
            alive->input([&](session::Session& session, TimePoint now) {
                session.on_probe(attempt, answer, now);
            });
        }
    };
    const auto* const word = action.word == session::ProbeAction::Word::isro ? "isro" : "srvr";
    probe_ = std::make_shared<FourLetterWord>(word, std::move(done));
    probe_->ask(*environment_, action.endpoint);
}

void Driver::send() noexcept {
    if (out_.empty() || writing_) {
        return;
    }
    try {
        writing_ = !transport_->send(out_);
    } catch (...) {
        writing_ = false;
        handle_input([](session::Session& session, TimePoint now) { session.out_of_memory(now); });
    }
    out_.clear();
    out_.release_if_larger_than(kept_output);
}

/// Events cannot be delivered for want of memory: drops the connection, so that no further bytes
/// arrive, and the bodies of waiting replies, whose bytes are about to become invalid. The timer
/// tries again.
void Driver::wait_for_memory() noexcept {
    const auto now = environment_->now();
    for (auto i = next_event_; i < last_event_; ++i) {
        if (auto* const reply = std::get_if<session::ReplyEvent>(&events_[i])) {
            session::forget_body(*reply);
        }
    }
    {
        const std::lock_guard lock(mutex_);
        if (!waiting_for_memory_) {
            session_->out_of_memory(now);
        }
        session_->forget_bodies();
        in_turn_ = false;
        work_waits_ = false;
    }
    if (!std::exchange(waiting_for_memory_, true)) {
        probe_.reset();
        transport_->disconnect();
        writing_ = false;
        out_.clear();
    }
    static_cast<void>(set_timer(now + memory_pause));
}

/// Only moves the timer forward. Deadlines are postponed with all bytes received; a timer that
/// fires too early costs less than setting it again each time. Returns false if there is no memory.
bool Driver::set_timer(TimePoint deadline) noexcept {
    if (deadline >= timer_at_) {
        return true;
    }
    try {
        // The timer keeps the driver alive: a session that is closing may have no other owner.
        environment_->set_timer(deadline, detail::quiet([self = self()] { self->on_timer(); }));
        timer_at_ = deadline;
        return true;
    } catch (...) {
        timer_at_ = TimePoint::max();
        return false;
    }
}

void Driver::on_timer() noexcept {
    timer_at_ = TimePoint::max();
    if (transport_ && !waiting_for_memory_) {
        handle_input([](session::Session& session, TimePoint now) { session.on_timeout(now); });
    }
    run_turns();
}

/// The session has finished and all its events are delivered. Clearing the timer releases the
/// reference that has kept the owner alive.
bool Driver::close_down() noexcept {
    environment_->clear_timer();
    timer_at_ = TimePoint::max();
    probe_.reset();
    writing_ = false;
    auto used = std::exchange(transport_, nullptr);
    try {
        sink_.on_finished();
    } catch (...) {
        transport_ = std::move(used);  // so that the next turn gets here again
        static_cast<void>(set_timer(environment_->now() + memory_pause));
    }
    return false;
}

}  // namespace kazoo::driver
