// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "driver/environment.hpp"
#include "driver/four_letter_word.hpp"
#include "driver/session_mutex.hpp"
#include "session/session.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <new>
#include <string_view>
#include <utility>
#include <vector>

namespace kazoo::driver {

/// The owner of a driver, which receives the session's events. Called on the connection's executor,
/// with no mutex of the driver held.
class EventSink {
public:
    virtual ~EventSink() = default;
    /// The session has ended in this state. Called once, before the events of its end.
    virtual void on_ending(KeeperState) noexcept {}
    /// May move from the event. The body of a reply is valid during the call. May throw if memory
    /// is short: it is then called again later with what it has left of the event, and with the
    /// following events only after that.
    virtual void on_event(session::Event& event) = 0;
    /// Returns whether the user's callbacks keep up, for Session::take_events. If they do not, the
    /// sink calls Driver::look_again when that changes.
    [[nodiscard]] virtual session::Callbacks callbacks() noexcept {
        return session::Callbacks::keep_up;
    }
    /// No further event follows at once: all have been delivered, or memory is short. `now` is the
    /// time of the last input.
    virtual void on_delivered(TimePoint /*now*/) noexcept {}
    /// The session asks for servers: leads to one call of Driver::answer_hosts, with these numbers.
    /// If it throws, the session's question has failed.
    virtual void ask_for_hosts(std::uint64_t session, std::uint64_t question);
    /// The session asks for a step of its SASL exchange: leads to one call of Driver::answer_sasl,
    /// also within this one, with the number of the session and of the attempt. If it throws, there
    /// is no memory for the step.
    virtual void take_sasl_step(std::uint64_t session, const session::SaslAction& step);
    /// All events of the session have been delivered; `start` may be called again. If it throws, it
    /// is called again later.
    virtual void on_finished() = 0;
    /// Returns a reference that keeps the owner, and with it the driver, alive.
    [[nodiscard]] virtual std::shared_ptr<void> keep_alive() = 0;
};

/// Moves bytes, actions and events between a session and a transport; it makes no decisions. Users
/// call the session from any thread, with the mutex held; everything else runs on the connection's
/// executor, in turns:
///
///     any thread                        connection's executor: one turn
///     ----------                        -------------------------------
///     lock: submit, cancel, close       lock: take actions, output and the next deadline
///     nothing waits, no turn runs?      perform the actions, send the output, set the timer
///        then post run_turns() -------> deliver the events to the sink, taken in batches
///                                       lock: has anything been submitted? then another turn
///
/// All that is submitted during a turn is sent by the next one, in one write; only the first call
/// after a pause has to wake the executor. Before a turn that follows a read, the frames of the
/// read are processed in parts: with the mutex held by the session, then, without it, their events
/// by the sink.
///
/// Lifetime: while a session runs, its timer keeps the owner alive. If the loop is destroyed during
/// a session, the timer is destroyed with it, and so releases the owner.
///
/// Memory may run out anywhere. A connection for which there is none is dropped, and the session
/// tries another. If there is none to deliver events, they wait, and so does everything except the
/// calls of users, until a timer finds that there is.
class Driver final : public transport::Sink {
public:
    Driver(std::shared_ptr<Environment> environment, EventSink& sink);
    ~Driver() override;

    // Thread-safe.

    /// Starts a session, which `number` identifies for close_session. Must not be called while
    /// another one runs. Throws std::bad_alloc, or what the executor throws, and has then started
    /// nothing.
    void start(session::Config config, std::uint64_t number = 0);
    /// Closes the session that was started with `number`; does nothing if another one runs.
    void close_session(std::uint64_t number);
    /// As close_session, but leaves the session to another client.
    void detach_session(std::uint64_t number);
    /// The answer to EventSink::ask_for_hosts. Ignored if that session does not run any more.
    void answer_hosts(
        std::uint64_t number, std::uint64_t question, session::ProvidedHosts hosts
    ) noexcept;

    /// The answer to EventSink::take_sasl_step. Ignored if that session does not run any more.
    void answer_sasl(
        std::uint64_t number, std::uint64_t attempt, const session::SaslAnswer& result
    ) noexcept;

    /// Submits a request, whose time of issue this sets. Throws std::bad_alloc if it was not
    /// accepted because memory is short: either the session had none, or the executor could not be
    /// woken and the request was withdrawn.
    template <class... Body>
    [[nodiscard]] session::RequestQueue::Accepted submit(
        session::RequestSpec& call, const Body&... body
    ) {
        return submit_by(call, [&](session::Session& session) {
            return session.submit(call, body...);
        });
    }
    /// The same with a function of the session that submits `call`, called with the mutex held.
    template <class Submit>
    [[nodiscard]] session::RequestQueue::Accepted submit_by(
        session::RequestSpec& call, Submit&& submit
    ) {
        bool wake = false;
        auto accepted = use_session(
            [&](session::Session& session, TimePoint now) {
                call.issued = now;
                return submit(session);
            },
            wake
        );
        if (wake && !try_to_wake() && !accepted.error && withdraw(accepted.id)) {
            throw std::bad_alloc();
        }
        return accepted;
    }
    /// Calls `use(session, now)` with the mutex held and wakes the executor. If there is no memory
    /// to wake it, the consequences wait for the next timer or call.
    template <class Use>
    auto with_session(Use&& use) {
        bool wake = false;
        auto result = use_session(use, wake);
        if (wake) {
            static_cast<void>(try_to_wake());
        }
        return result;
    }
    /// The state of the callbacks has changed.
    void look_again();
    /// Calls `look(session)` with the mutex held. `look` must not call out.
    template <class Look>
    auto look(Look&& look) const {
        const std::lock_guard lock(mutex_);
        return look(*session_);
    }

private:
    void on_resolved(
        std::uint64_t attempt, std::error_code error, std::vector<base::Endpoint> endpoints
    ) override;
    void on_connected(std::uint64_t attempt) override;
    void on_bytes(std::uint64_t attempt, std::span<const std::byte> bytes) override;
    [[nodiscard]] transport::Unread on_more(
        std::uint64_t attempt, std::span<const std::byte> bytes, std::size_t again
    ) override;
    void on_sent(std::uint64_t attempt) override;
    void on_closed(std::uint64_t attempt, std::error_code error, std::string_view why) override;

    [[nodiscard]] std::shared_ptr<Driver> self() { return {sink_.keep_alive(), this}; }
    /// Sets `wake` if the caller has to post run_turns(). The clock is read without the mutex,
    /// because it is the handler's.
    template <class Use>
    auto use_session(Use&& use, bool& wake) {
        const auto time = environment_->now();
        const std::lock_guard lock(mutex_);
        auto result = use(*session_, time);
        wake = note_work();
        return result;
    }
    /// Returns whether the caller has to post run_turns(). Requires mutex_ to be held.
    [[nodiscard]] bool note_work() noexcept {
        const bool known = std::exchange(work_waits_, true);
        if (in_turn_ || (known && put_off_by_ == nullptr)) {
            return false;
        }
        // What is posted in the callback of one thread may wait for that callback to return. The
        // request of another thread must not.
        const auto* const before = std::exchange(put_off_by_, environment_->put_off_by());
        return !known || before != put_off_by_;
    }
    [[nodiscard]] bool try_to_wake() noexcept;
    [[nodiscard]] bool withdraw(session::RequestId request) noexcept;

    template <class Input>
    void handle_input(TimePoint now, Input&& input) noexcept;
    template <class Input>
    void handle_input(Input&& input) noexcept;
    template <class Input>
    void input(Input&& input) noexcept;
    void receive(std::uint64_t attempt, session::Received& received) noexcept;
    void end_unused(session::Session& unused) noexcept;
    void begin() noexcept;
    void post_turns();
    void run_turns() noexcept;
    [[nodiscard]] bool turn() noexcept;
    void perform(const session::Action& action) noexcept;
    void probe(const session::ProbeAction& action);
    [[nodiscard]] std::uint64_t session_number() const;
    void ask_for_hosts(std::uint64_t question) noexcept;
    void take_sasl_step(const session::SaslAction& step) noexcept;
    template <class Input>
    void answer(std::uint64_t number, Input&& input) noexcept;
    void send() noexcept;
    void grow_batch() noexcept;
    [[nodiscard]] bool take_events();
    [[nodiscard]] bool deliver_taken() noexcept;
    [[nodiscard]] bool deliver_some() noexcept;
    [[nodiscard]] bool deliver() noexcept;
    [[nodiscard]] bool give_to_sink(session::Event& event) noexcept;
    void wait_for_memory() noexcept;
    [[nodiscard]] bool set_timer(TimePoint deadline) noexcept;
    void on_timer() noexcept;
    bool close_down() noexcept;

    static constexpr int turns_at_once = 16;
    static constexpr std::size_t few_events = 4;  // taken at once at first
    static constexpr std::size_t events_at_once = 64;
    static constexpr std::size_t actions_at_once = 8;
    static constexpr std::size_t kept_output = 256 << 10;  // capacity kept for the next write
    static constexpr auto memory_pause = std::chrono::milliseconds(20);

    const std::shared_ptr<Environment> environment_;
    EventSink& sink_;  // owns this
    mutable SessionMutex mutex_;
    // Guarded by mutex_:
    session::Metrics metrics_;                   // of session_ and those before it
    std::unique_ptr<session::Session> session_;  // never null
    std::uint64_t session_number_ = 0;
    bool work_waits_ = false;  // the session was used since the last turn took its outputs
    bool in_turn_ = false;     // run_turns() is running, and will look at work_waits_ again
    // While work_waits_ is true: what the posted run_turns() waits for; null: nothing.
    const void* put_off_by_ = nullptr;

    // Used on the executor only:
    std::unique_ptr<transport::Transport> transport_;  // null: no session, or it has not begun here
    std::shared_ptr<FourLetterWord> probe_;
    bool beginning_ = false;           // a session was started, and has no transport yet
    bool ending_ = false;              // on_ending() has been called
    bool writing_ = false;             // the transport will call on_sent()
    bool waiting_for_memory_ = false;  // the sink could not take an event
    TimePoint last_input_;
    TimePoint timer_at_ = TimePoint::max();
    base::Buffer out_;
    // The events taken from the session and not delivered yet: [next_event_, last_event_). Taking
    // them never allocates; see grow_batch().
    std::vector<session::Event> events_;
    std::size_t next_event_ = 0;
    std::size_t last_event_ = 0;
};

}  // namespace kazoo::driver
