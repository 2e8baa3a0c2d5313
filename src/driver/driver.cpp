#include "driver/driver.hpp"

namespace kazoo::driver {

Driver::Driver(std::shared_ptr<World> world, EventSink& sink)
    : world_(std::move(world)),
      sink_(sink),
      session_(std::make_unique<session::Session>(session::Config{})) {}

Driver::~Driver() = default;

void Driver::start(session::Config config, std::uint64_t number) {
    auto fresh = std::make_unique<session::Session>(std::move(config));
    const auto now = world_->now();
    {
        const std::lock_guard lock(mutex_);
        session_.swap(fresh);  // the former one is destroyed after the mutex is released
        session_number_ = number;
        session_->start(now);
        work_waits_ = true;
    }
    world_->post([self = self()] {
        self->transport_ = self->world_->make_transport(self);
        self->pump();
    });
}

void Driver::close_session(std::uint64_t number) {
    with_session([&](session::Session& session, TimePoint now) {
        if (session_number_ == number) {
            session.close(now);
        }
        return 0;
    });
}

void Driver::post_pump() {
    // While a session runs its timer keeps the driver. A task does not: an executor that stands
    // still would keep it for ever, and be kept by it.
    world_->post([weak = std::weak_ptr<Driver>(self())] {
        if (const auto alive = weak.lock()) {
            alive->pump();
        }
    });
}

template <class Input>
void Driver::input(Input&& input) {
    const auto now = world_->now();
    {
        const std::lock_guard lock(mutex_);
        input(*session_, now);
    }
    pump();
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
    input([&](session::Session& session, TimePoint now) { session.on_bytes(attempt, bytes, now); });
}

void Driver::on_sent(std::uint64_t) {
    writing_ = false;
    pump();
}

void Driver::on_closed(std::uint64_t attempt, std::error_code error) {
    input([&](session::Session& session, TimePoint now) { session.on_closed(attempt, error, now); }
    );
}

void Driver::pump() {
    for (int i = 0; i < turns_at_once; ++i) {
        if (!turn()) {
            return;
        }
    }
    post_pump();  // others on this executor have their turn first
}

/// Carries out what the session wants now; says whether it may want more already.
bool Driver::turn() {
    if (!transport_) {
        return false;  // not started yet, or closed down
    }
    TimePoint deadline;
    bool closed = false;
    {
        const std::lock_guard lock(mutex_);
        pumping_ = true;
        work_waits_ = false;
        while (auto action = session_->next_action()) {
            writing_ = writing_ && !std::holds_alternative<session::DisconnectAction>(*action);
            actions_.push_back(std::move(*action));
        }
        if (!writing_) {
            session_->take_output(out_);
        }
        session_->take_events(events_);
        deadline = session_->next_deadline();
        closed = session_->finished();
    }
    for (const auto& action : actions_) {
        perform(action);
    }
    actions_.clear();
    if (!out_.empty()) {
        writing_ = true;
        transport_->send(out_);
    }
    set_timer(deadline);
    if (!events_.empty()) {
        sink_.on_events(events_);
        events_.clear();
    }
    if (closed) {
        return close_down();
    }
    const std::lock_guard lock(mutex_);
    pumping_ = work_waits_;
    return work_waits_;
}

void Driver::perform(const session::Action& action) {
    if (const auto* resolve = std::get_if<session::ResolveAction>(&action)) {
        transport_->resolve(resolve->attempt, resolve->host.host, resolve->host.port);
    } else if (const auto* connect = std::get_if<session::ConnectAction>(&action)) {
        transport_->connect(connect->attempt, connect->endpoint);
    } else if (const auto* asked = std::get_if<session::ProbeAction>(&action)) {
        probe(*asked);
    } else {
        probe_.reset();
        transport_->disconnect();
    }
}

void Driver::probe(const session::ProbeAction& action) {
    auto done = [weak = std::weak_ptr<Driver>(self()),
                 attempt = action.attempt](std::error_code, const std::string& answer) {
        if (const auto alive = weak.lock()) {
            alive->input([&](session::Session& session, TimePoint now) {
                session.on_probe(attempt, answer, now);
            });
        }
    };
    probe_ = std::make_shared<FourLetterWord>("isro", std::move(done));
    probe_->ask(*world_, action.endpoint);
}

/// Deadlines move with every byte received: a timer that is too early fires once for nothing, which
/// costs less than setting it again each time.
void Driver::set_timer(TimePoint deadline) {
    if (deadline >= timer_at_) {
        return;
    }
    timer_at_ = deadline;
    // The timer keeps the driver: a session that closes may have no other owner any more.
    world_->set_timer(deadline, [self = self()] {
        self->timer_at_ = TimePoint::max();
        self->input([](session::Session& session, TimePoint now) { session.on_timeout(now); });
    });
}

bool Driver::close_down() {
    world_->clear_timer();
    timer_at_ = TimePoint::max();
    transport_.reset();
    probe_.reset();
    writing_ = false;
    {
        const std::lock_guard lock(mutex_);
        pumping_ = false;
    }
    sink_.on_finished();
    return false;
}

}  // namespace kazoo::driver
