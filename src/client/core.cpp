#include "client/core.hpp"

#include "base/stop_link.hpp"
#include "driver/world_source.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/handlers/threading.hpp>

#include <algorithm>

namespace kazoo::client {
namespace {

[[noreturn]] void refuse_configuration(const char* what) {
    throw_error(Error(ClientErrc::configuration, Outcome::not_sent, "KazooClient", {}, what));
}

Hosts checked_hosts(const ClientOptions& options) {
    if (options.timeout().count() <= 0) {
        refuse_configuration("timeout must be more than zero");
    }
    if (options.connect_timeout().count() < 0 || options.close_timeout().count() < 0) {
        refuse_configuration("connect_timeout and close_timeout must not be negative");
    }
    return parse_hosts(options.hosts()).value();
}

}  // namespace

CallContext::CallContext(const Handler& handler, const CallOptions& options)
    : stop_token(options.stop_token()) {
    if (options.timeout()) {
        deadline = detail::deadline_after(&handler, *options.timeout());
    }
}

ServerPath::ServerPath(std::string_view path, const Chroot& chroot, bool sequence) : view_(path) {
    if (is_plain_path(path)) {
        if (chroot.empty()) {
            return;
        }
        storage_ = chroot.absolute(path, sequence);
    } else {
        auto checked = check_path(path, sequence);
        if (!checked) {
            error_ = checked.failure();
            return;
        }
        storage_ = chroot.absolute(*checked, sequence);
    }
    view_ = storage_;
}

std::shared_ptr<Core> Core::make(ClientOptions options) {
    auto hosts = checked_hosts(options);
    if (!options.handler()) {
        options.handler(std::make_shared<SequentialThreadingHandler>());
    }
    auto world = driver::make_world(options.handler());
    return std::make_shared<Core>(std::move(options), std::move(hosts), std::move(world));
}

Core::Core(ClientOptions options, Hosts hosts, std::shared_ptr<driver::World> world)
    : options_(std::move(options)),
      hosts_(std::move(hosts)),
      chroot_(hosts_.chroot),
      handler_(options_.handler()),
      world_(std::move(world)),
      listeners_(std::make_shared<Listeners>(handler_)),
      connected_(handler_),
      settled_(handler_),
      finished_(handler_),
      drained_(handler_),
      driver_(world_, *this) {
    finished_.set();
    drained_.set();
}

session::Config Core::make_config() {
    session::Config config;
    config.hosts = hosts_.hosts;
    config.randomize_hosts = options_.randomize_hosts();
    config.session_timeout = options_.timeout();
    config.connect_timeout = options_.connect_timeout();
    config.close_timeout = options_.close_timeout();
    if (options_.client_id()) {
        config.session_id = options_.client_id()->session_id;
        config.password = options_.client_id()->password;
        options_.client_id(std::nullopt);  // the sessions after it are new ones
    }
    config.read_only = options_.read_only();
    for (const auto& auth : options_.auth_data()) {
        config.auth.push_back({auth.scheme, auth.credential});
    }
    config.connection_retry = options_.connection_retry();
    config.limits.requests = options_.limits().requests;
    config.limits.queued_bytes = options_.limits().queued_bytes;
    config.limits.request_bytes = options_.limits().request_bytes;
    config.limits.reply_bytes = options_.limits().reply_bytes;
    config.limits.watches = options_.limits().watches;
    config.seed = driver::random_seed(handler_.get());
    return config;
}

void Core::check_may_block() const {
    detail::check_may_block();
    if (handler_->running() && !in_forked_child()) {  // else there is an error, at once
        static_cast<void>(handler_->waiter());
    }
}

std::optional<Error> Core::obstacle(const CallContext& context) const {
    if (in_forked_child()) {
        return Error(ClientErrc::forked, Outcome::not_sent);
    }
    if (context.stop_token.stop_requested()) {
        return Error(ClientErrc::cancelled, Outcome::not_sent);
    }
    if (context.deadline != TimePoint::max() && handler_->now() >= context.deadline) {
        return Error(Errc::operation_timeout, Outcome::not_sent);
    }
    if (handler_->backlog() >= options_.limits().requests) {
        return Error(ClientErrc::queue_full, Outcome::not_sent, "", {}, "callbacks do not keep up");
    }
    return std::nullopt;
}

void Core::on_events(std::vector<session::Event>& events) {
    for (auto& event : events) {
        std::visit([this](auto& e) { on_event(e); }, event);
    }
}

void Core::on_event(session::ReplyEvent& event) {
    const detail::Reply reply{event.error, event.outcome, event.body, event.detail, chroot_};
    static_cast<detail::ResultStateBase*>(event.request.get())->on_reply(reply);
    event.request = {};
}

void Core::on_event(session::WatchEvent& event) {
    auto& told = event.event;
    if (told.path) {
        told.path = chroot_.strip(*told.path);
    }
    detail::Backlog::add(*handler_);
    handler_->dispatch(Lane::callback, [handler = handler_, event = std::move(event)] {
        const detail::LaneScope on_lane(*handler, Lane::callback);
        detail::Backlog::done(*handler);
        for (const auto& watcher : event.watchers) {
            try {
                static_cast<detail::WatcherState*>(watcher.get())->function(event.event);
            } catch (...) {
                handler->report_escaped(Lane::callback, std::current_exception());
            }
        }
    });
}

void Core::on_event(session::StateEvent& event) {
    state_.store(event.state);
    auto shown = kazoo_state(event.state);
    if (shown == KazooState::SUSPENDED && shown_.load() == KazooState::LOST) {
        shown = KazooState::LOST;  // there is no session yet that could be suspended
    }
    const bool changed = shown_.exchange(shown) != shown;
    if (shown != KazooState::CONNECTED) {
        connected_.clear();  // before a listener is told: it may wait for the next connection
        settled_.clear();
    }
    // Before anybody waits no longer: a listener that is added then is not told of it.
    if (changed) {
        listeners_->tell(shown);
    }
    if (shown == KazooState::CONNECTED) {
        const std::lock_guard lock(life_mutex_);
        if (life_ == Life::running) {
            connected_.set();
            settled_.set();
        }
    }
}

void Core::on_event(session::LogEvent& event) {
    options_.logger().log(event.level, event.text);
}

bool Core::cancel(session::RequestId id) {
    return driver_.with_session([id](session::Session& session, TimePoint) {
        return session.cancel(id, ClientErrc::cancelled);
    });
}

bool cancel_request(const std::weak_ptr<Core>& core, session::RequestId id) {
    const auto alive = core.lock();
    return alive && !alive->in_forked_child() && alive->cancel(id);
}

void cancel_on_stop(detail::ResultStateBase& state, const std::stop_token& token) {
    base::link_to_stop(state, token, [&state] { state.cancel(); });
}

std::optional<ClientId> Core::client_id() const {
    return driver_.look([](const session::Session& session) -> std::optional<ClientId> {
        if (kazoo_state(session.state()) != KazooState::CONNECTED) {
            return std::nullopt;
        }
        return ClientId(session.identity().id, session.identity().password);
    });
}

std::chrono::milliseconds Core::session_timeout() const {
    return driver_.look([](const session::Session& session) {
        return kazoo_state(session.state()) == KazooState::CONNECTED ? session.negotiated_timeout()
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

AclList Core::acl_or_default(const std::optional<AclList>& acl) const {
    if (acl) {
        return *acl;
    }
    return options_.default_acl() ? *options_.default_acl() : open_acl_unsafe();
}

void Core::set_hosts(std::string_view text, std::optional<bool> randomize) {
    auto hosts = parse_hosts(text).value();
    if (!hosts.chroot.empty() && hosts.chroot != hosts_.chroot) {
        refuse_configuration("the chroot of a client cannot change");
    }
    const std::lock_guard lock(life_mutex_);
    hosts_.hosts = hosts.hosts;
    options_.randomize_hosts(randomize.value_or(options_.randomize_hosts()));
    driver_.with_session([&](session::Session& session, TimePoint) {
        session.set_hosts(hosts.hosts, options_.randomize_hosts());
        return 0;
    });
}

AsyncResult<void> Core::add_auth(std::string_view scheme, std::string_view credential) {
    static constexpr OpKind<void> kind{"add_auth"};
    const CallContext context(*handler_, CallOptions());
    if (auto error = obstacle(context)) {
        return refused(kind, {}, std::move(*error));
    }
    auto operation = detail::make_ref<Operation<void>>(handler_, kind, "", weak_from_this());
    {
        const std::lock_guard lock(life_mutex_);
        auto known = options_.auth_data();
        AuthData entry{std::string(scheme), std::string(credential)};
        if (std::find(known.begin(), known.end(), entry) == known.end()) {
            known.push_back(std::move(entry));
            options_.auth_data(std::move(known));
        }
    }
    const auto error = driver_.with_session([&](session::Session& session, TimePoint) {
        return session.add_auth(
            {std::string(scheme), std::string(credential)}, session::Owner(operation)
        );
    });
    if (error) {
        operation->refuse(Error(error, Outcome::not_sent));
    }
    return AsyncResult<void>(std::move(operation));
}

}  // namespace kazoo::client
