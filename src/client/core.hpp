// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/fork_guard.hpp"
#include "client/call_context.hpp"
#include "client/client_log.hpp"
#include "client/guaranteed_slots.hpp"
#include "client/lane_probe.hpp"
#include "client/life.hpp"
#include "client/listeners.hpp"
#include "client/multi_read_support.hpp"
#include "client/operation.hpp"
#include "client/sasl_steps.hpp"
#include "client/watch_batch.hpp"
#include "client/watch_hub.hpp"
#include "driver/driver.hpp"

#include <kazoo/async_result.hpp>
#include <kazoo/client_options.hpp>
#include <kazoo/event.hpp>
#include <kazoo/host_operations.hpp>
#include <kazoo/metrics.hpp>
#include <kazoo/node.hpp>
#include <kazoo/paths.hpp>
#include <kazoo/promise.hpp>
#include <kazoo/session_handover.hpp>
#include <kazoo/watcher.hpp>

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kazoo::detail::client {

/// The implementation of a KazooClient: options, driver, life and listeners. Kept alive by the
/// client, by the timer of a running session, and by the coroutines of operations in progress.
///
///     any thread                 start, stop -> Lifecycle     life_mutex_
///                                requests    -> Session       the driver's mutex
///     connection's executor      on_event: completes results, dispatches the rest to the lanes
///     lanes of the handler       callbacks of results, watch functions, state listeners
///
/// The two mutexes are never held at the same time, and neither is held while user code, a handler
/// or an executor is called.
class Core final : public driver::EventSink, public std::enable_shared_from_this<Core> {
public:
    /// Throws ConfigurationError.
    [[nodiscard]] static std::shared_ptr<Core> make(ClientOptions options);
    explicit Core(
        ClientOptions options,
        Hosts hosts,
        std::shared_ptr<driver::Environment> environment,
        std::shared_ptr<Listeners> listeners
    );
    /// Overwrites the secrets in the options.
    ~Core() override;

    /// Returns the core that replaces, in a forked child, one that was stopped when the process
    /// forked.
    [[nodiscard]] static std::shared_ptr<Core> make_for_child(const Core& inherited);

    // Starting and stopping; see core_life.cpp.
    Event start_async();
    void start(AnyDuration timeout);
    void stop() noexcept;
    [[nodiscard]] bool stopped() const;
    // core_handover.cpp: leaving the session to another client, taking one over, and the last zxid.
    AsyncResult<SessionHandover> detach_async();
    SessionHandover detach();
    [[nodiscard]] std::int64_t last_zxid() const noexcept;
    bool reset_zxid();
    // core_lease.cpp: how long the session is certain.
    [[nodiscard]] std::optional<TimePoint> session_valid_until() const noexcept;
    void use_lease(bool uses) noexcept;
    /// Returns a token of the present life, or the last one: a stop is requested when it ends. For
    /// work that the session does not end, such as pauses of retries.
    [[nodiscard]] std::stop_token run_token() const;

    // State.
    [[nodiscard]] KeeperState client_state() const noexcept { return state_.load(); }
    [[nodiscard]] KazooState state() const noexcept { return public_state_.load(); }
    [[nodiscard]] const ClientOptions& options() const noexcept { return options_; }
    [[nodiscard]] const std::shared_ptr<Handler>& handler() const noexcept { return handler_; }
    [[nodiscard]] const Chroot& chroot() const noexcept { return chroot_; }
    [[nodiscard]] std::optional<ClientId> client_id() const;
    [[nodiscard]] std::int64_t session_id() const noexcept;
    [[nodiscard]] std::chrono::milliseconds session_timeout() const;
    [[nodiscard]] std::optional<base::Endpoint> server() const;

    // core_metrics.cpp and dump.cpp: copies of what the session counts and of its state. Empty in a
    // forked child.
    [[nodiscard]] ClientMetrics metrics() const;
    [[nodiscard]] MetricsSource metrics_source();
    [[nodiscard]] std::string dump() const;
    [[nodiscard]] std::optional<std::string> connected_server() const;

    /// Returns whether this was inherited from a parent process. Its mutexes must then not be
    /// locked: a thread of the parent may have held them.
    [[nodiscard]] bool in_forked_child() const noexcept { return fork_.in_child(); }
    /// Returns whether the process forked while this was stopped, so that the child may start it.
    [[nodiscard]] bool stopped_at_fork() const noexcept {
        return fork_.in_child() && !active_.load();
    }

    Listeners& listeners() noexcept { return *listeners_; }
    MultiReadSupport& multi_read_support() noexcept { return multi_read_support_; }
    GuaranteedSlots& guaranteed_slots() noexcept { return guaranteed_slots_; }
    void set_hosts(std::string_view hosts, std::optional<bool> randomize, Rebalance rebalance);
    AsyncResult<void> add_auth(std::string_view scheme, std::string_view credential);
    /// Later connections do not present the credentials that have been added so far.
    void forget_auth();
    bool drop_connection();
    bool cancel(session::RequestId id) { return give_up(id, ClientErrc::cancelled); }
    /// Ends a request with this error. Returns false if it has already ended.
    bool give_up(session::RequestId id, std::error_code why);

    /// The persistent and recursive watches.
    WatchHub& watch_hub() noexcept { return *watch_hub_; }
    /// Calls `use(session, now)` with the driver's mutex held; see Driver::with_session.
    template <class Use>
    auto with_session(Use&& use) {
        return driver_.with_session(std::forward<Use>(use));
    }

    /// Submits a request that no Operation owns; see Driver::submit_by.
    template <class Submit>
    session::RequestQueue::Accepted submit_by(session::RequestSpec& call, Submit&& submit) {
        return driver_.submit_by(call, std::forward<Submit>(submit));
    }

    /// Issues one request. `path` is the one that errors contain. Throws nothing but
    /// std::bad_alloc, for the operation itself; all other errors are in the result.
    template <class T, class... Body>
    AsyncResult<T> call(
        const OpKind<T>& kind,
        std::string_view path,
        session::RequestSpec&& call,
        const CallContext& context,
        const Body&... body
    );
    /// Returns the error of a request that the session has refused. Not inlined: rarely called.
    template <class... Body>
    [[nodiscard]] Error not_accepted(
        const std::error_code& why, const char* needs, const Body&... body
    ) const noexcept;
    /// Returns a result that has failed.
    template <class T>
    AsyncResult<T> refused(const OpKind<T>& kind, std::string_view path, Error error);
    /// Returns the error of a request that must not be submitted, or nothing. The session makes
    /// further checks. Uses up a place that was granted.
    [[nodiscard]] std::optional<Error> obstacle(const CallContext& context);
    /// The part of it that does not depend on how much is waiting: the error of a call that is over
    /// before it begins.
    [[nodiscard]] std::optional<Error> early_end(const CallContext& context) const;
    /// Session::restores_watches().
    [[nodiscard]] bool restores_watches() const;
    /// Throws WouldDeadlockError where the caller could not wait for a result. Blocking functions
    /// call it before the operation begins, so that a call that throws has not sent anything.
    void check_may_block() const;

    // core_backlog.cpp: callbacks that are too slow. Thread-safe.

    /// Returns whether callbacks are so slow that no further results and events may wait for them.
    [[nodiscard]] bool overloaded() const noexcept;
    /// Returns the error of an operation that is refused for this reason.
    [[nodiscard]] Error too_slow() const noexcept;
    /// Returns the same as the session sees it.
    [[nodiscard]] session::Callbacks callback_state() const noexcept;
    /// A wait for room ends with success: the next operation is not refused because of callbacks,
    /// also if replies that arrive meanwhile exceed the limits. `revoke` takes that back, or does
    /// nothing if the place is used up; returns whether there was one.
    void grant() noexcept;
    bool revoke() noexcept;
    /// Called when callbacks have caught up, or one of them is blocked.
    void look_again() { driver_.look_again(); }

private:
    class AddAuth;
    class BacklogWait;

    void on_ending(KeeperState state) noexcept override;
    void on_event(session::Event& event) override;
    void on_delivered(TimePoint now) noexcept override {
        batch_.flush();
        watch_batch_ = {};
        lane_probe_->look(handler_, now);
    }
    void on_finished() override;
    void ask_for_hosts(std::uint64_t session, std::uint64_t question) override;
    void take_sasl_step(std::uint64_t session, const session::SaslAction& step) override;
    [[nodiscard]] session::Callbacks callbacks() noexcept override;
    [[nodiscard]] std::shared_ptr<void> keep_alive() override { return shared_from_this(); }

    // No private function may be called with life_mutex_ held: each locks it, calls user code or
    // waits, as its group says.

    // core_life.cpp: begin and end lives. These lock life_mutex_ for their decisions, and call the
    // handler and the driver, or complete results, without it.
    [[nodiscard]] std::shared_ptr<Life> join_life();
    void begin(Life& life, bool hold_handler);
    void begin_next(Life& next) noexcept;
    void start_session(LifeNumber life);
    void prepare_backlog_wait();
    void fail_to_begin(Life& life, bool handler_started) noexcept;
    /// Called by a start that gives up. Returns whether that has stopped the client: it goes on if
    /// other callers have started it, too.
    bool leave(const std::shared_ptr<Life>& life);
    void stop_now(bool& close);
    void wind_up(const std::shared_ptr<Life>& life, bool close);
    void release_handler(LifeNumber life);
    // These do not lock it, but complete results, wait, dispatch tasks, or lock the driver's mutex.
    void drop(Life& life);
    void end_life(Life& life, LifeEnd why);
    [[nodiscard]] bool wait_for_end(const Life& life) const;
    void drain_lanes(const Event& drained) noexcept;
    [[noreturn]] void throw_not_started(LifeEnd why, bool stopped) const;
    // core_handover.cpp: these lock life_mutex_ or the driver's mutex, and complete results.
    enum class Waits { yes, no };  // whether the caller ends the life as a stop does
    [[nodiscard]] std::shared_ptr<Life> begin_detach(Promise<SessionHandover> promise, Waits waits);
    void complete_detach();
    void keep_left_watches(const session::WatchFired& event);
    [[nodiscard]] Error why_not_detached() const;
    void take_over(session::Config& config, const SessionHandover& session, const Watcher& watch);
    // Locks it, and calls nothing.
    [[nodiscard]] std::shared_ptr<Life> current_life() const;

    // core.cpp: events of the session, on the connection's executor. These complete results and
    // dispatch tasks. Those of replies and states also lock life_mutex_, those of states at another
    // time the driver's. Unless noexcept, an on_event() may throw std::bad_alloc and is then called
    // again with the same event.
    void on_event(session::ReplyEvent& event);
    void on_event(session::WatchFired& event);
    void on_event(session::StateEvent& event);
    void on_event(session::LogEvent& event) noexcept;
    void on_event(session::WatchGap& event);
    void discard(session::Cookie& watcher);
    void show_connected(Life& life);
    [[nodiscard]] StateChange describe_change(KazooState state, StateReason reason);
    void log_change(const StateChange& change);
    // core.cpp: these lock life_mutex_ while they use what it guards.
    [[nodiscard]] session::Config make_config();
    void use_late_hosts(std::uint64_t known) noexcept;
    void answer_hosts(
        std::uint64_t session, std::uint64_t question, Hosts hosts, std::string failure
    ) noexcept;
    void remember_auth(const session::SecretAuthData& entry) noexcept;
    void forget_refused_auth();

    ClientOptions options_;           // the parts that change are guarded by life_mutex_
    Hosts hosts_;                     // guarded by life_mutex_, except the constant chroot
    std::uint64_t host_changes_ = 0;  // guarded by life_mutex_: the number of calls of set_hosts
    // Guarded by life_mutex_: for the sessions of later lives.
    std::vector<session::SecretAuthData> added_auth_;
    const Chroot chroot_;
    const std::shared_ptr<Handler> handler_;
    const std::shared_ptr<driver::Environment> environment_;
    const base::ForkGuard fork_;
    const std::shared_ptr<Listeners> listeners_;
    MultiReadSupport multi_read_support_;
    OutcomeCounters outcomes_;
    base::LaneBatch batch_;  // used on the connection's executor
    const std::shared_ptr<LaneProbe> lane_probe_ = std::make_shared<LaneProbe>();
    GuaranteedSlots guaranteed_slots_;
    // Places that were granted to waits for room and not used up since; at most limits().requests.
    std::atomic<std::size_t> granted_{0};
    std::shared_ptr<detail::BacklogWaiter> backlog_wait_;  // set by the first start, then constant

    std::atomic<KeeperState> state_{KeeperState::CLOSED};
    std::atomic<KazooState> public_state_{KazooState::LOST};  // the last one given to listeners
    // Session of the last connection. Used on the connection's executor, or while no session runs.
    std::int64_t last_session_ = 0;
    SaslSteps sasl_steps_;  // used on the connection's executor
    /// Returned by `start_async`; the same for all lives. While a session runs, it is set and
    /// cancelled on the connection's executor only, and cleared there or with life_mutex_ held.
    Event connected_;

    // Guards lifecycle_, the lives, and what is marked above. Nothing outside this class is called
    // with it held, except Event::clear(), which runs no user code.
    mutable std::mutex life_mutex_;
    Lifecycle lifecycle_;
    // Whether the phase is not `stopped`. Atomic for forked children, which must not lock the
    // mutex.
    std::atomic<bool> active_{false};
    std::shared_ptr<Life> life_;       // the present life, or the last one; never null
    std::shared_ptr<Life> next_life_;  // begins when the present one has finished; may be null
    // Of a detach under way: completed when the present life has finished.
    std::optional<Promise<SessionHandover>> detach_;
    // Used on the connection's executor: the watches of the session that is being detached.
    using LeftWatch = std::pair<session::WatchKind, std::string>;
    std::optional<std::vector<LeftWatch>> left_watches_;

    ClientLog log_;
    const WatchHubOwner watch_hub_;
    // Used on the connection's executor: to which the next event is added. Null if anything has
    // been dispatched since, or all events that there were have been delivered.
    detail::RefPtr<WatchBatch> watch_batch_;
    driver::Driver driver_;  // last: destroyed before the members that its events use
};

/// Cancels `state` when a stop is requested, until it is complete. Returns false if it has failed
/// instead, because there is no memory.
bool cancel_on_stop(detail::ResultStateBase& state, const std::stop_token& token);

template <class T>
AsyncResult<T> Core::refused(const OpKind<T>& kind, std::string_view path, Error error) {
    auto operation = detail::make_ref<Operation<T>>(handler_, kind, path, std::weak_ptr<Core>());
    operation->refuse(std::move(error), outcomes_);
    return detail::make_result<T>(std::move(operation));
}

template <class... Body>
[[gnu::noinline]] Error Core::not_accepted(
    const std::error_code& why, const char* needs, const Body&... body
) const noexcept {
    auto error = not_accepted_error(why, options_.limits(), needs);
    if (why == ClientErrc::request_too_large) {
        try {
            base::Buffer frame;  // encoded again, because the message contains its size
            codec::append_frame(frame, codec::RequestHeader(), body...);
            error.detail(
                std::to_string(frame.size()) + " bytes, the limit for a whole request is " +
                std::to_string(options_.limits().request_bytes)
            );
        } catch (const std::bad_alloc&) {
            error.detail({});
        }
    }
    return error;
}

template <class T, class... Body>
AsyncResult<T> Core::call(
    const OpKind<T>& kind,
    std::string_view path,
    session::RequestSpec&& call,
    const CallContext& context,
    const Body&... body
) {
    if (auto error = obstacle(context)) {
        return refused(kind, path, std::move(*error));
    }
    auto operation = detail::make_ref<Operation<T>>(handler_, kind, path, weak_from_this());
    // Set before the request is submitted: the reply may arrive, in another thread, before this
    // returns.
    operation->large = (exceeds_usual_limit(body) || ...);
    operation->add_ref_unshared();  // of the session
    call.request = owner_of(detail::RefPtr<Operation<T>>::adopt(operation.get()));
    call.deadline = context.deadline;
    // Operations only lower it. The default, `reads`, must not limit the user's `independent`.
    call.resend =
        call.resend < Resend::reads ? std::min(call.resend, context.resend) : context.resend;
    call.reserved = context.reserved;
    session::RequestQueue::Accepted accepted;
    try {
        accepted = driver_.submit(call, body...);
    } catch (const std::bad_alloc&) {
        accepted.error = ClientErrc::out_of_memory;
    }
    if (accepted.error) {
        operation->refuse(not_accepted(accepted.error, kind.needs, body...), outcomes_);
        return detail::make_result<T>(std::move(operation));
    }
    operation->id = accepted.id;
    if (context.stop_token.stop_possible() && !cancel_on_stop(*operation, context.stop_token)) {
        give_up(accepted.id, ClientErrc::out_of_memory);  // nothing waits for the reply
    }
    return detail::make_result<T>(std::move(operation));
}

}  // namespace kazoo::detail::client
