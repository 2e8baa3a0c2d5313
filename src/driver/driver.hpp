#pragma once

#include "driver/four_letter_word.hpp"
#include "driver/world.hpp"
#include "session/session.hpp"

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace kazoo::driver {

/// The owner of a driver, who receives what comes up from the session. Called on the connection's
/// executor.
class EventSink {
public:
    virtual ~EventSink() = default;
    /// May move out of the events. Bodies of replies are valid during the call.
    virtual void on_events(std::vector<session::Event>& events) = 0;
    /// The session is over, all its events are delivered; `start` may be called again.
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
class Driver final : public transport::Sink {
public:
    Driver(std::shared_ptr<World> world, EventSink& sink);
    ~Driver() override;

    // From any thread.

    /// Begins a session, which `number` identifies for close_session. Not while another runs.
    void start(session::Config config, std::uint64_t number = 0);
    /// Closes the session that was started with `number`; does nothing if another one runs.
    void close_session(std::uint64_t number);

    template <class... Body>
    [[nodiscard]] session::RequestQueue::Accepted submit(
        const session::Call& call, const Body&... body
    ) {
        return with_session([&](session::Session& session, TimePoint) {
            return session.submit(call, body...);
        });
    }
    /// Calls `use(session, now)` under the lock, then sees to its consequences.
    template <class Use>
    auto with_session(Use&& use) {
        const auto time = world_->now();
        std::unique_lock lock(mutex_);
        auto result = use(*session_, time);
        const bool wake = !std::exchange(work_waits_, true) && !pumping_;
        lock.unlock();
        if (wake) {
            post_pump();
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
    template <class Input>
    void input(Input&& input);
    void post_pump();
    void pump();
    [[nodiscard]] bool turn();
    void perform(const session::Action& action);
    void probe(const session::ProbeAction& action);
    void set_timer(TimePoint deadline);
    bool close_down();

    static constexpr int turns_at_once = 16;

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
    bool writing_ = false;
    TimePoint timer_at_ = TimePoint::max();
    base::Buffer out_;
    std::vector<session::Event> events_;
    std::vector<session::Action> actions_;
};

}  // namespace kazoo::driver
