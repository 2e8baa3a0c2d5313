#pragma once

#include "base/fork_guard.hpp"
#include "client/client_log.hpp"
#include "client/life.hpp"
#include "client/listeners.hpp"
#include "client/operation.hpp"
#include "driver/driver.hpp"

#include <kazoo/async_result.hpp>
#include <kazoo/call_options.hpp>
#include <kazoo/client_options.hpp>
#include <kazoo/event.hpp>
#include <kazoo/node.hpp>
#include <kazoo/paths.hpp>
#include <kazoo/watcher.hpp>

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace kazoo::detail::client {

/// CallOptions as they are after the call: a point in time, good for all steps of an operation.
class CallContext {
public:
    /// `usual_timeout`: of calls whose options give no time.
    CallContext(
        const Handler& handler,
        const CallOptions& options,
        const std::optional<Duration>& usual_timeout
    );
    TimePoint deadline = TimePoint::max();
    std::stop_token stop_token;
    bool server_paths = false;  ///< paths have their chroot already
};

/// A path of the user's as the server knows it; borrowed where that is the same.
class ServerPath {
public:
    ServerPath(std::string_view path, const Chroot& chroot, bool sequence = false);
    ServerPath(const ServerPath&) = delete;
    [[nodiscard]] const std::optional<Error>& error() const { return error_; }
    [[nodiscard]] std::string_view view() const { return view_; }

private:
    std::string storage_;
    std::string_view view_;
    std::optional<Error> error_;
};

/// What is behind a KazooClient: options, driver, life and listeners. Lives as long as the client
/// or anything that still runs for it.
class Core final : public driver::EventSink, public std::enable_shared_from_this<Core> {
public:
    /// Throws ConfigurationError.
    [[nodiscard]] static std::shared_ptr<Core> make(ClientOptions options);
    explicit Core(
        ClientOptions options,
        Hosts hosts,
        std::shared_ptr<driver::World> world,
        std::shared_ptr<Listeners> listeners
    );
    /// The successor, in a forked child, of a core that was stopped when the process forked.
    [[nodiscard]] static std::shared_ptr<Core> make_for_child(const Core& inherited);

    // Life.
    Event start_async();
    void start(AnyDuration timeout);
    void stop() noexcept;
    [[nodiscard]] bool stopped() const;
    /// Of the present life, or the last: a stop is requested when it ends. For what the session
    /// does not know of.
    [[nodiscard]] std::stop_token life() const;

    // Facts.
    [[nodiscard]] KeeperState client_state() const noexcept { return state_.load(); }
    [[nodiscard]] KazooState state() const noexcept { return public_state_.load(); }
    [[nodiscard]] const ClientOptions& options() const noexcept { return options_; }
    [[nodiscard]] const std::shared_ptr<Handler>& handler() const noexcept { return handler_; }
    [[nodiscard]] const Chroot& chroot() const noexcept { return chroot_; }
    [[nodiscard]] std::optional<ClientId> client_id() const;
    [[nodiscard]] std::chrono::milliseconds session_timeout() const;
    [[nodiscard]] std::optional<base::Endpoint> server() const;
    /// Whether this belongs to a parent process.
    [[nodiscard]] bool in_forked_child() const noexcept { return fork_.in_child(); }
    /// Whether the process forked while this was stopped, so that a child may start it.
    [[nodiscard]] bool stopped_at_fork() const noexcept {
        return fork_.in_child() && !active_.load();
    }
    [[nodiscard]] AclList acl_or_default(const std::optional<AclList>& acl) const;
    [[nodiscard]] driver::World& world() noexcept { return *world_; }

    Listeners& listeners() noexcept { return *listeners_; }
    void set_hosts(std::string_view hosts, std::optional<bool> randomize);
    AsyncResult<void> add_auth(std::string_view scheme, std::string_view credential);
    /// No later connection presents the credentials that are known now.
    void forget_auth();
    bool cancel(session::RequestId id) { return give_up(id, ClientErrc::cancelled); }
    /// Ends a request with this error; false if it is over.
    bool give_up(session::RequestId id, std::error_code why);

    /// Issues one request. `path` is what errors will show.
    template <class T, class... Body>
    AsyncResult<T> call(
        const OpKind<T>& kind,
        std::string_view path,
        session::Call call,
        const CallContext& context,
        const Body&... body
    );
    /// A result that has failed already.
    template <class T>
    AsyncResult<T> refused(const OpKind<T>& kind, std::string_view path, Error error);
    /// Whether a request may be tried at all, apart from the session's own opinion.
    [[nodiscard]] std::optional<Error> obstacle(const CallContext& context) const;
    /// Throws WouldDeadlockError where the caller could not wait for an operation's result, before
    /// the operation begins: what is refused must not happen all the same.
    void check_may_block() const;

private:
    class AddAuth;

    void on_ending(KeeperState state) noexcept override;
    void on_event(session::Event& event) override;
    void on_finished() override;
    [[nodiscard]] std::shared_ptr<void> keep_alive() override { return shared_from_this(); }

    // core_life.cpp
    [[nodiscard]] std::shared_ptr<Life> join_life();
    void begin(Life& life, bool hold_handler);
    void begin_next(Life& next) noexcept;
    void end_life(Life& life, LifeEnd why);
    void drop(Life& life);
    void fail_to_begin(Life& life, bool handler_started) noexcept;
    /// Gives up the caller's claim on `life`; returns whether that has stopped the client.
    bool leave(const std::shared_ptr<Life>& life);
    void stop_now(bool& close);
    void wind_up(const std::shared_ptr<Life>& life, bool close);
    [[nodiscard]] bool wait_for_end(const Life& life) const;
    void release_handler(LifeNumber life);
    void drain_lanes(const Event& drained) noexcept;
    [[nodiscard]] std::shared_ptr<Life> current_life() const;
    [[noreturn]] void throw_not_started(LifeEnd why, bool stopped) const;

    // core.cpp
    // Each may throw std::bad_alloc, and can then be called again with the same event.
    void on_event(session::ReplyEvent& event);
    void on_event(session::WatchEvent& event);
    void on_event(session::StateEvent& event);
    void on_event(session::LogEvent& event) noexcept;
    void discard(session::Owner& watcher);
    void show_connected(Life& life);
    [[nodiscard]] StateChange describe_change(KazooState state);
    void log_change(const StateChange& change);
    [[nodiscard]] session::Config make_config();
    void remember_auth(const AuthData& entry) noexcept;
    void forget_refused_auth();

    ClientOptions options_;
    Hosts hosts_;
    std::vector<AuthData> added_auth_;  // that servers have accepted, or none was asked about yet
    const Chroot chroot_;
    const std::shared_ptr<Handler> handler_;
    const std::shared_ptr<driver::World> world_;
    const base::ForkGuard fork_;
    const std::shared_ptr<Listeners> listeners_;

    std::atomic<KeeperState> state_{KeeperState::CLOSED};
    std::atomic<KazooState> public_state_{KazooState::LOST};  // what listeners know
    std::int64_t last_session_ = 0;  // the last one connected to; executor, or no session runs
    /// What `start_async` returns, over all lives. Set and cancelled on the connection's executor
    /// only, cleared there or under life_mutex_, so that an ended life cannot touch it any more.
    Event connected_;

    // Guards the machine and the lives, and hosts_ and options_ where they change. Nothing outside
    // this class is called with it, except Event::clear, which calls nobody.
    mutable std::mutex life_mutex_;
    Lifecycle lifecycle_;
    std::atomic<bool> active_{false};  // phase() is not stopped; for a child, which may not lock
    std::shared_ptr<Life> life_;       // the present life, or the last; never null
    std::shared_ptr<Life> next_life_;  // begins as soon as the present one has finished

    ClientLog log_;
    driver::Driver driver_;
};

/// Cancels `state` when a stop is requested, until it is complete.
void cancel_on_stop(detail::ResultStateBase& state, const std::stop_token& token);

template <class T>
AsyncResult<T> Core::refused(const OpKind<T>& kind, std::string_view path, Error error) {
    auto operation = detail::make_ref<Operation<T>>(handler_, kind, path, std::weak_ptr<Core>());
    operation->refuse(std::move(error));
    return AsyncResult<T>(std::move(operation));
}

template <class T, class... Body>
AsyncResult<T> Core::call(
    const OpKind<T>& kind,
    std::string_view path,
    session::Call call,
    const CallContext& context,
    const Body&... body
) {
    if (auto error = obstacle(context)) {
        return refused(kind, path, std::move(*error));
    }
    auto operation = detail::make_ref<Operation<T>>(handler_, kind, path, weak_from_this());
    operation->large = (exceeds_usual_limit(body) || ...);
    call.request = session::Owner(operation);
    call.deadline = context.deadline;
    session::RequestQueue::Accepted accepted;
    try {
        accepted = driver_.submit(call, body...);
    } catch (const std::bad_alloc&) {
        accepted.error = ClientErrc::out_of_memory;
    }
    if (accepted.error) {
        Error error(
            accepted.error, Outcome::not_sent, "", {}, limit_text(accepted.error, options_.limits())
        );
        if (accepted.error == ClientErrc::request_too_large) {
            try {
                base::Buffer frame;  // only now its size is worth knowing
                codec::append_frame(frame, codec::RequestHeader(), body...);
                error.detail(
                    std::to_string(frame.size()) + " bytes, the limit for a whole request is " +
                    std::to_string(options_.limits().request_bytes)
                );
            } catch (const std::bad_alloc&) {
                error.detail({});
            }
        }
        operation->refuse(std::move(error));
        return AsyncResult<T>(std::move(operation));
    }
    operation->id = accepted.id;
    if (context.stop_token.stop_possible()) {
        try {
            cancel_on_stop(*operation, context.stop_token);
        } catch (const std::bad_alloc&) {
            give_up(accepted.id, ClientErrc::out_of_memory);  // else a stop would not end it
        }
    }
    return AsyncResult<T>(std::move(operation));
}

}  // namespace kazoo::detail::client
