// SPDX-License-Identifier: Apache-2.0
// The client's core: configuration, requests, and the session's events, which it passes to the
// lanes. See core_life.cpp for starting and stopping.
#include "client/core.hpp"

#include "async/stop_link.hpp"
#include "client/host_schemes.hpp"
#include "client/lane_task.hpp"
#include "client/option_secrets.hpp"
#include "driver/environment_source.hpp"
#include "driver/tls_check.hpp"

#include <kazoo/detail/retry_run.hpp>
#include <kazoo/exceptions.hpp>
#include <kazoo/handlers/threading.hpp>

#include <algorithm>
#include <cassert>

namespace kazoo::detail::client {
namespace {

[[noreturn]] void refuse_configuration(std::string what) {
    throw_error(
        Error(ClientErrc::configuration, Outcome::not_sent, "KazooClient", {}, std::move(what))
    );
}

/// Throws ConfigurationError if the options for TLS, or those and the servers, contradict each
/// other.
void check_tls(const ClientOptions& options, const std::vector<HostPort>& hosts) {
    auto problem = options.tls() ? driver::find_tls_problem(*options.tls()) : std::string();
    if (!problem.empty()) {
        refuse_configuration("TlsOptions: " + problem);
    }
    problem = find_scheme_problem(hosts, options.tls().has_value());
    if (!problem.empty()) {
        refuse_configuration("hosts: " + problem);
    }
}

Hosts checked_hosts(const ClientOptions& options) {
    if (options.timeout().count() <= 0) {
        refuse_configuration("timeout must be more than zero");
    }
    if (options.connect_timeout().count() < 0 || options.close_timeout().count() < 0) {
        refuse_configuration("connect_timeout and close_timeout must not be negative");
    }
    if (options.host_provider().timeout().count() <= 0) {
        refuse_configuration("the timeout of host_provider must be more than zero");
    }
    auto hosts = parse_hosts(options.hosts()).value();
    check_tls(options, hosts.hosts);
    return hosts;
}

}  // namespace

std::shared_ptr<Core> Core::make(ClientOptions options) {
    auto hosts = checked_hosts(options);
    if (!options.handler()) {
        options.handler(std::make_shared<SequentialThreadingHandler>());
    }
    auto environment = driver::make_environment(options.handler(), options.tls());
    auto listeners = std::make_shared<Listeners>(options.handler());
    return std::make_shared<Core>(
        std::move(options), std::move(hosts), std::move(environment), std::move(listeners)
    );
}

std::shared_ptr<Core> Core::make_for_child(const Core& inherited) {
    assert(inherited.stopped_at_fork());
    auto hosts = inherited.hosts_;
    return std::make_shared<Core>(
        inherited.options_,
        std::move(hosts),
        driver::make_environment(inherited.handler_, inherited.options_.tls()),
        inherited.listeners_
    );
}

Core::Core(
    ClientOptions options,
    Hosts hosts,
    std::shared_ptr<driver::Environment> environment,
    std::shared_ptr<Listeners> listeners
)
    : options_(std::move(options)),
      hosts_(std::move(hosts)),
      chroot_(hosts_.chroot),
      handler_(options_.handler()),
      environment_(std::move(environment)),
      listeners_(std::move(listeners)),
      guaranteed_slots_(options_.limits().guaranteed),
      connected_(handler_),
      life_(std::make_shared<Life>(handler_, 0)),
      log_(options_.logger(), options_.client_name()),
      watch_hub_(handler_, chroot_),
      driver_(environment_, *this) {
    life_->finished.set();
    life_->drained.set();
}

Core::~Core() {
    overwrite_auth_data(options_);
    overwrite_client_id(options_);
}

session::Config Core::make_config() {
    session::Config config;
    config.seed = driver::random_seed(handler_.get());
    std::optional<SessionHandover> resumed;  // destroyed, like the function, without the mutex
    Watcher watcher;
    std::unique_lock lock(life_mutex_);
    const auto& provider = options_.host_provider();
    config.asks_for_hosts = static_cast<bool>(provider);
    config.hosts_timeout = provider.timeout();
    if (!provider) {
        config.hosts = hosts_.hosts;
    }
    if (options_.tls()) {
        config.tls = options_.tls()->verify();
    }
    config.randomize_hosts = options_.randomize_hosts();
    config.session_timeout = options_.timeout();
    config.connect_timeout = options_.connect_timeout();
    config.close_timeout = options_.close_timeout();
    last_session_ = 0;
    if (options_.client_id()) {
        last_session_ = options_.client_id()->session_id;
        config.session_id = options_.client_id()->session_id;
        config.password = options_.client_id()->password;
        overwrite_client_id(options_);
        options_.client_id(std::nullopt);  // used once: later sessions are new ones
    }
    if (options_.resume()) {
        resumed = options_.resume();
        watcher = options_.resume_watcher();
        options_.resume(std::nullopt);  // `watcher` keeps the function
        last_session_ = resumed->session_id();
    }
    config.read_only = options_.read_only();
    config.sasl = static_cast<bool>(options_.sasl());
    config.auth.assign(options_.auth_data().begin(), options_.auth_data().end());
    config.auth.insert(config.auth.end(), added_auth_.begin(), added_auth_.end());
    config.connection_retry = options_.connection_retry();
    config.log_level = options_.logger().level();
    config.limits = options_.limits();
    config.resets_zxid = options_.when_ensemble_is_behind() == WhenBehind::reset;
    lock.unlock();
    if (resumed) {
        take_over(config, *resumed, watcher);
    }
    return config;
}

void Core::check_may_block() const {
    detail::check_may_block();
    if (handler_->running() && !in_forked_child()) {  // otherwise the operation fails at once
        static_cast<void>(handler_->waiter());
    }
}

std::optional<Error> Core::early_end(const CallContext& context) const {
    if (in_forked_child()) {
        return Error(
            stopped_at_fork() ? make_error_code(ClientErrc::connection_closed)
                              : make_error_code(ClientErrc::forked),
            Outcome::not_sent
        );
    }
    if (context.stop_token.stop_requested()) {
        return Error(ClientErrc::cancelled, Outcome::not_sent);
    }
    if (context.deadline != TimePoint::max() && handler_->now() >= context.deadline) {
        return Error(Errc::operation_timeout, Outcome::not_sent);
    }
    return std::nullopt;
}

std::optional<Error> Core::obstacle(const CallContext& context) {
    auto error = early_end(context);
    if (!error && !context.reserved && !revoke() && overloaded()) {
        error = too_slow();
    }
    return error;
}

/// Results are completed in the order of events, together with what else is dispatched for them.
void Core::on_event(session::Event& event) {
    if (auto* const reply = std::get_if<session::ReplyEvent>(&event)) {  // the usual case
        watch_batch_ = {};
        return on_event(*reply);
    }
    batch_.flush();
    if (!std::holds_alternative<session::WatchFired>(event)) {
        watch_batch_ = {};
    }
    std::visit([this](auto& e) { on_event(e); }, event);
}

void Core::on_event(session::ReplyEvent& event) {
    if (event.watcher) {
        discard(event.watcher);  // first: if it throws, this is called again with the same event
    }
    if (*event.detail == '\0' && event.error == Errc::connection_loss &&
        state_.load() == KeeperState::CLOSED) {
        event.detail = ended_text(current_life()->why.load());
    }
    lane_probe_->note(Lane::completion);
    event.request.complete(event, {chroot_, outcomes_, batch_});
    event.request = {};
}

/// In this order: changes the public states, clears the events, dispatches listeners, wakes
/// waiters.
void Core::on_event(session::StateEvent& event) {
    if (event.state == KeeperState::AUTH_FAILED) {
        forget_refused_auth();
    }
    state_.store(event.state);
    auto shown = kazoo_state(event.state);
    if (shown == KazooState::SUSPENDED && public_state_.load() == KazooState::LOST) {
        shown = KazooState::LOST;  // there is no session yet that could be suspended
    }
    const auto before = public_state_.exchange(shown);
    const auto life = current_life();
    if (shown != KazooState::CONNECTED) {
        // Before listeners run: they may start something that waits for the next connection.
        life->connected.clear();
        connected_.clear();
    }
    // Before waiters wake: a listener that one of them adds does not receive this change.
    if (before != shown) {
        try {
            const auto change = describe_change(shown, event.reason);
            log_change(change);
            if (listeners_->notify(change)) {
                lane_probe_->note(Lane::session);
            }
            if (shown == KazooState::CONNECTED) {
                last_session_ = change.session_id;
            }
        } catch (...) {
            public_state_.store(before);  // not given to listeners yet: this is called again
            throw;
        }
    }
    if (shown == KazooState::CONNECTED) {
        show_connected(*life);
    }
}

StateChange Core::describe_change(KazooState state, StateReason reason) {
    StateChange change;
    change.state = state;
    change.reason = reason;
    change.keeper_state = state_.load();
    change.session_id =
        driver_.look([](const session::Session& session) { return session.identity().id; });
    if (state == KazooState::CONNECTED) {
        change.new_session = change.session_id != last_session_;
    }
    return change;
}

/// A stop on another thread may clear connected_ between the check and set(); hence the second
/// check.
void Core::show_connected(Life& life) {
    const auto serves = [this] {
        const std::lock_guard lock(life_mutex_);
        return lifecycle_.serves();
    };
    if (!serves()) {
        return;
    }
    connected_.set();
    life.connected.set();
    if (!serves()) {
        connected_.clear();
    }
}

void Core::log_change(const StateChange& change) {
    if (change.state != KazooState::CONNECTED) {
        return log_.disconnected(handler_->now());
    }
    auto connection = driver_.look([](const session::Session& session) {
        return ClientLog::Connection{
            to_string(session.server()), 0, session.negotiated_timeout(), false, false};
    });
    connection.session_id = change.session_id;
    connection.read_only = change.keeper_state == KeeperState::CONNECTED_RO;
    connection.new_session = change.new_session;
    log_.connected(connection, handler_->now());
}

void Core::on_event(session::LogEvent& event) noexcept {
    try {
        log_.write(event.level, event.text, last_session_);
    } catch (...) {
        return;  // out of memory: the line is lost
    }
}

bool Core::give_up(session::RequestId id, std::error_code why) {
    return driver_.with_session([id, why](session::Session& session, TimePoint) {
        return session.cancel(id, why);
    });
}

bool cancel_request(const std::weak_ptr<Core>& core, session::RequestId id) {
    const auto alive = core.lock();
    return alive && !alive->in_forked_child() && alive->cancel(id);
}

bool cancel_on_stop(detail::ResultStateBase& state, const std::stop_token& token) {
    return base::link_to_stop(state, token, [&state] {
        // What the end of the operation runs may release all other references.
        const detail::RefPtr<detail::ResultStateBase> keep(&state);
        state.cancel();
    });
}

std::optional<ClientId> Core::client_id() const {
    if (public_state_.load() == KazooState::LOST) {
        return std::nullopt;
    }
    return driver_.look([](const session::Session& session) -> std::optional<ClientId> {
        if (session.identity().id == 0) {
            return std::nullopt;  // it has just ended, and public_state_ has not changed yet
        }
        return ClientId(session.identity().id, session.identity().password);
    });
}

std::int64_t Core::session_id() const noexcept {
    if (public_state_.load() == KazooState::LOST) {
        return 0;
    }
    return driver_.look([](const session::Session& session) { return session.identity().id; });
}

std::chrono::milliseconds Core::session_timeout() const {
    if (public_state_.load() == KazooState::LOST) {
        return std::chrono::milliseconds(0);
    }
    return driver_.look([](const session::Session& session) {
        return session.identity().id != 0 ? session.negotiated_timeout()
                                          : std::chrono::milliseconds(0);
    });
}

std::optional<base::Endpoint> Core::server() const {
    return driver_.look([](const session::Session& session) -> std::optional<base::Endpoint> {
        if (kazoo_state(session.state()) != KazooState::CONNECTED) {
            return std::nullopt;
        }
        return session.server();
    });
}

/// The operation add_auth: completes once a server has accepted or refused the credentials.
class Core::AddAuth final : public Operation<void> {
public:
    AddAuth(const std::shared_ptr<Core>& core, session::SecretAuthData entry)
        : Operation<void>(core->handler(), kind, "", core), core_(core), entry_(std::move(entry)) {}

    void on_reply(const session::ReplyEvent& reply, const ReplyDelivery& delivery) {
        const auto core = core_.lock();
        if (core && !reply.error) {
            core->remember_auth(entry_);
        }
        Operation<void>::on_reply(reply, delivery);
    }

private:
    static constexpr OpKind<void> kind{"add_auth"};

    std::weak_ptr<Core> core_;
    const session::SecretAuthData entry_;
};

/// Keeps credentials for the sessions of later lives. If there is no memory, logs that it does not.
void Core::remember_auth(const session::SecretAuthData& entry) noexcept {
    try {
        const std::lock_guard lock(life_mutex_);
        if (std::find(added_auth_.begin(), added_auth_.end(), entry) == added_auth_.end()) {
            added_auth_.push_back(entry);
        }
    } catch (const std::bad_alloc&) {
        log_.write(
            LogLevel::warning, "out of memory: the next start will not present these credentials"
        );
    }
}

/// Removes credentials that a server has refused, or the next start would fail because of them,
/// too.
void Core::forget_refused_auth() {
    const auto refused =
        driver_.look([](const session::Session& session) { return session.refused_auth(); });
    if (refused) {
        const std::lock_guard lock(life_mutex_);
        std::erase(added_auth_, *refused);
    }
}

void Core::forget_auth() {
    {
        const std::lock_guard lock(life_mutex_);
        added_auth_.clear();
        overwrite_auth_data(options_);
        options_.auth_data({});
    }
    driver_.with_session([](session::Session& session, TimePoint) {
        session.forget_auth();
        return 0;
    });
}

bool Core::drop_connection() {
    return driver_.with_session([](session::Session& session, TimePoint now) {
        return session.drop_connection(now);
    });
}

AsyncResult<void> Core::add_auth(std::string_view scheme, std::string_view credential) {
    const CallContext context(*handler_, CallOptions(), options_);
    const session::SecretAuthData entry{std::string(scheme), std::string(credential)};
    auto operation = detail::make_ref<AddAuth>(shared_from_this(), entry);
    auto error = obstacle(context);
    if (!error) {
        std::error_code refused;
        try {
            refused = driver_.with_session([&](session::Session& session, TimePoint) {
                return session.add_auth(entry, owner_of(operation));
            });
        } catch (const std::bad_alloc&) {
            refused = ClientErrc::out_of_memory;
        }
        if (refused) {
            error.emplace(refused, Outcome::not_sent);
        }
        if (refused == ClientErrc::connection_closed || refused == Errc::auth_failed) {
            remember_auth(entry);  // there is no session; the next start presents them
        }
    }
    if (error) {
        operation->refuse(std::move(*error), outcomes_);
    }
    // The session has no deadlines for credentials, because it keeps them for later connections.
    try {
        static_cast<void>(detail::end_at(handler_, operation, context.deadline));
    } catch (const std::bad_alloc&) {
        // Unless it is complete: the caller relies on the deadline.
        operation->fail(Error(ClientErrc::out_of_memory, Outcome::unknown));
    }
    return detail::make_result<void>(std::move(operation));
}

}  // namespace kazoo::detail::client
