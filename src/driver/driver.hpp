#pragma once

#include "driver/four_letter_word.hpp"
#include "driver/world.hpp"
#include "session/session.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

namespace kazoo::driver {

/// The owner of a driver, who receives what comes up from the session. Called on the connection's
/// executor.
class EventSink {
public:
    virtual ~EventSink() = default;
    /// The session is over, in this state: called once, before any event of its end.
    virtual void on_ending(KeeperState) noexcept {}
    /// May move out of the event. The body of a reply is valid during the call. Throws if there is
    /// no memory for it: it is then called again, later, with what it has left of the event, and
    /// with the other events only after this one.
    virtual void on_event(session::Event& event) = 0;
    /// All events of the session are delivered; `start` may be called again. Called again, later,
    /// if it throws.
    virtual void on_finished() = 0;
    /// What keeps the owner, and so the driver, alive.
    [[nodiscard]] virtual std::shared_ptr<void> keep_alive() = 0;
};

/// The pump between a session and a transport; it decides nothing. Users of any thread reach the
/// session under the lock; everything else happens on the connection's executor. Whatever was
/// submitted while the pump was busy leaves in its next turn, in one write.
///
/// While a session runs, timers and connections keep the owner alive. Nothing does so the other
/// way, so that a loop which is destroyed in the middle takes all with it.
///
/// Memory may run out anywhere: a connection for which there is none is given up, and the session
/// tries the next. When there is none to deliver events, they wait, and so does everything else but
/// the calls of users, until a timer finds that there is.
class Driver final : public transport::Sink {
public:
    Driver(std::shared_ptr<World> world, EventSink& sink);
    ~Driver() override;

    // From any thread.

    /// Begins a session, which `number` identifies for close_session. Not while another runs.
    /// Throws std::bad_alloc, and has then changed nothing.
    void start(session::Config config, std::uint64_t number = 0);
    /// Closes the session that was started with `number`; does nothing if another one runs.
    void close_session(std::uint64_t number);

    /// Throws std::bad_alloc if the request was not accepted for want of memory.
    template <class... Body>
    [[nodiscard]] session::RequestQueue::Accepted submit(
        const session::Call& call, const Body&... body
    ) {
        bool wake = false;
        auto accepted = use_session(
            [&](session::Session& session, TimePoint) { return session.submit(call, body...); },
            wake
        );
        if (wake && !try_to_wake() && !accepted.error && withdraw(accepted.id)) {
            throw std::bad_alloc();
        }
        return accepted;
    }
    /// Calls `use(session, now)` under the lock, then sees to its consequences. Without memory to
    /// wake the executor they wait for the next timer or call.
    template <class Use>
    auto with_session(Use&& use) {
        bool wake = false;
        auto result = use_session(use, wake);
        if (wake) {
            static_cast<void>(try_to_wake());
        }
        return result;
    }
    /// Calls `look(session)` under the lock.
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
    void on_sent(std::uint64_t attempt) override;
    void on_closed(std::uint64_t attempt, std::error_code error) override;

    [[nodiscard]] std::shared_ptr<Driver> self() { return {sink_.keep_alive(), this}; }
    template <class Use>
    auto use_session(Use&& use, bool& wake) {
        const auto time = world_->now();
        const std::lock_guard lock(mutex_);
        auto result = use(*session_, time);
        wake = !std::exchange(work_waits_, true) && !pumping_;
        return result;
    }
    [[nodiscard]] bool try_to_wake() noexcept;
    [[nodiscard]] bool withdraw(session::RequestId request) noexcept;

    template <class Input>
    void tell(Input&& input) noexcept;
    template <class Input>
    void input(Input&& input) noexcept;
    void end_unused(session::Session& unused) noexcept;
    void begin() noexcept;
    void post_pump();
    void pump() noexcept;
    [[nodiscard]] bool turn() noexcept;
    void perform(const session::Action& action) noexcept;
    void probe(const session::ProbeAction& action);
    void send() noexcept;
    [[nodiscard]] bool take_events();
    [[nodiscard]] bool deliver() noexcept;
    [[nodiscard]] bool give_to_sink(session::Event& event) noexcept;
    void wait_for_memory() noexcept;
    [[nodiscard]] bool set_timer(TimePoint deadline) noexcept;
    void on_timer() noexcept;
    bool close_down() noexcept;

    static constexpr int turns_at_once = 16;
    static constexpr std::size_t events_at_once = 64;
    static constexpr std::size_t actions_at_once = 8;
    static constexpr std::size_t kept_output = 256 << 10;  // of a large write, for the next
    static constexpr auto memory_pause = std::chrono::milliseconds(20);

    const std::shared_ptr<World> world_;
    EventSink& sink_;
    mutable std::mutex mutex_;
    std::unique_ptr<session::Session> session_;
    std::uint64_t session_number_ = 0;
    bool work_waits_ = false;  // the session has been touched since the last turn
    bool pumping_ = false;     // a pump is running and will look again

    // Only on the executor.
    std::unique_ptr<transport::Transport> transport_;
    std::shared_ptr<FourLetterWord> probe_;
    bool beginning_ = false;  // a session was started, and there is no transport for it yet
    bool ending_ = false;     // the sink knows that the session is over
    bool writing_ = false;
    bool waiting_for_memory_ = false;
    TimePoint timer_at_ = TimePoint::max();
    base::Buffer out_;
    // What was taken from the session, in memory that is always there.
    std::array<session::Event, events_at_once> events_;
    std::size_t next_event_ = 0;
    std::size_t last_event_ = 0;
};

}  // namespace kazoo::driver
