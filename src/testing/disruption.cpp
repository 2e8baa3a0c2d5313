// SPDX-License-Identifier: Apache-2.0
#include "testing/disruption.hpp"

#include "testing/session_takeover.hpp"

#include <kazoo/detail/drop_connection.hpp>
#include <kazoo/exceptions.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace kazoo::testing {
namespace {

using namespace std::chrono_literals;

/// How often the state of the client is looked at, because not every way in which it ends is
/// reported to listeners.
constexpr auto look_interval = 100ms;
/// The longest time for one takeover of a session.
constexpr auto takeover_limit = 3s;
/// How long a client has to notice that its session was closed, before that is repeated.
constexpr auto notice_limit = 300ms;
/// The pause after a server could not be reached, or did not have the client's connection.
constexpr auto retry_pause = 100ms;

class Run {
public:
    Run(Disruption what,
        KazooClient& client,
        HarnessServers& servers,
        std::shared_ptr<StateWatch> watch,
        Duration timeout)
        : what_(what),
          client_(client),
          servers_(servers),
          watch_(std::move(watch)),
          timeout_(timeout),
          deadline_(detail::later(begun_, timeout)),
          listener_(client.add_listener(
              [watch = watch_](const StateChange& change) { watch->add(change); },
              ListenFrom::current_state
          )) {}
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;
    ~Run() { client_.remove_listener(listener_); }

    void run() {
        const auto session = connected_session();
        watch_->begin();
        if (what_ == Disruption::expired_session) {
            expire(session);
        } else if (servers_.are_embedded()) {
            drop_connection(session.session_id);
        } else {
            drop_connection_of_client();
        }
        const auto end = require([this](const Reported& reported) {
            return is_disrupted(reported) && reported.connected();
        });
        if (what_ == Disruption::lost_connection && end.last.session_id != session.session_id) {
            fail(Error(Errc::session_expired, Outcome::not_applied)
                     .detail("the session has ended, the client has a new one"));
        }
    }

private:
    using Condition = std::function<bool(const Reported&)>;

    [[noreturn]] void fail(Error error) const {
        throw_error(std::move(error).operation(operation_of(what_)));
    }
    [[noreturn]] void fail_late() const {
        const auto reported = watch_->reported();
        const auto* const expected =
            what_ == Disruption::lost_connection ? "SUSPENDED and CONNECTED" : "LOST and CONNECTED";
        std::string text = "expected " + std::string(expected) + " within " +
                           std::to_string(timeout_ / 1ms) + " ms, the client has reported " +
                           (reported.text.empty() ? "nothing" : reported.text) + "; its state is " +
                           to_string(client_.client_state()) +
                           "; check that its server and its event loop are running";
        if (!takeover_error_.empty()) {
            text += "; the last attempt to take over its session: " + takeover_error_;
        }
        fail(Error(ClientErrc::wait_timeout).detail(std::move(text)));
    }

    [[nodiscard]] bool is_disrupted(const Reported& reported) const noexcept {
        return reported.lost || (what_ == Disruption::lost_connection && reported.suspended);
    }

    /// Waits until the condition holds, and returns what the client has reported then, or nullopt
    /// at `limit`. Throws if the condition can no longer hold.
    std::optional<Reported> wait_for(const Condition& condition, TimePoint limit) const {
        for (;;) {
            auto reported = watch_->reported();
            if (condition(reported)) {
                return reported;
            }
            const auto left = detail::time_left(limit, Clock::now());
            if (left == Duration::zero()) {
                return std::nullopt;
            }
            watch_->wait(std::min<Duration>(left, look_interval));
            if (watch_->cancelled()) {
                fail(Error(ClientErrc::cancelled).detail("the harness or its caller has ended it"));
            }
            require_started();
        }
    }
    /// As wait_for, until the deadline; then throws KazooTimeoutError.
    Reported require(const Condition& condition) const {
        auto reported = wait_for(condition, deadline_);
        if (!reported) {
            fail_late();
        }
        return *std::move(reported);
    }
    /// A client that is starting is still CLOSED for a moment.
    void require_started() const {
        const auto state = client_.client_state();
        if (state == KeeperState::AUTH_FAILED) {
            fail(Error(Errc::auth_failed));
        }
        if (state == KeeperState::CLOSED && Clock::now() >= begun_ + look_interval) {
            fail(Error(ClientErrc::connection_closed));
        }
    }

    ClientId connected_session() const {
        std::optional<ClientId> session;
        require([&](const Reported& reported) {
            session = reported.connected() ? client_.client_id() : std::nullopt;
            return session.has_value();
        });
        return *std::move(session);
    }

    [[noreturn]] void fail_unknown() const {
        fail(Error(Errc::unknown_session)
                 .detail("the session has ended, or the client is connected to another server than "
                         "the harness's"));
    }
    void expire(const ClientId& session) {
        if (!servers_.are_embedded()) {
            expire_on_external(session);
        } else if (!servers_.embedded().front().expire_session(session.session_id)) {
            fail_unknown();
        }
    }
    /// External servers cannot be asked to close a connection.
    void drop_connection_of_client() {
        require([this](const Reported& reported) {
            return is_disrupted(reported) || detail::drop_connection(client_);
        });
    }
    /// Makes attempts until the client has reported the disruption. Throws KazooTimeoutError at the
    /// deadline. `attempt` returns how long to wait for the report before the next attempt, which
    /// is made earlier if the client is connected again; zero if no other attempt is needed.
    void repeat(const std::function<Duration()>& attempt) const {
        for (;;) {
            const auto pause = attempt();
            if (pause == Duration::zero()) {
                return;
            }
            const auto noticed = [this](const Reported& reported) {
                return is_disrupted(reported) || (reported.suspended && reported.connected());
            };
            const auto reported = wait_for(noticed, std::min(deadline_, Clock::now() + pause));
            if (reported && is_disrupted(*reported)) {
                return;
            }
            if (Clock::now() >= deadline_) {
                fail_late();
            }
        }
    }
    /// Closes one connection only: the client may already be reconnecting to the next server.
    void drop_connection(std::int64_t session) const {
        auto& servers = servers_.embedded();
        repeat([&]() -> Duration {
            if (std::any_of(servers.begin(), servers.end(), [&](ServerControl& server) {
                    return server.drop_connection(session);
                })) {
                return Duration::zero();
            }
            const auto known = servers.front().sessions();
            if (!std::binary_search(known.begin(), known.end(), session)) {
                fail_unknown();
            }
            return retry_pause;  // the client has just lost the connection, or is connecting
        });
    }

    /// Closes the session, on one server after the other, until the client has noticed. The client
    /// may take the session back before it is closed; it is then closed again.
    void expire_on_external(const ClientId& session) {
        const auto& hosts = servers_.hosts().hosts;
        repeat([&, attempt = std::size_t(0)]() mutable -> Duration {
            watch_->forget_suspended();  // the session was taken back; wait for the next time
            const auto& server = hosts[attempt++ % hosts.size()];
            return close_on(server, session) ? notice_limit : retry_pause;
        });
    }
    /// Returns whether the server has answered.
    bool close_on(const HostPort& server, const ClientId& session) {
        const auto taken = take_over_and_close(
            server,
            session,
            client_.session_timeout(),
            std::min(deadline_, Clock::now() + takeover_limit)
        );
        if (taken.error) {
            takeover_error_ = to_string(server) + ": " + taken.error.message();
            return false;
        }
        takeover_error_.clear();
        if (taken.session != 0 && taken.session != session.session_id) {
            fail(Error(Errc::unimplemented)
                     .detail(to_string(server) + " grants a new session instead of the client's"));
        }
        return true;
    }

    const Disruption what_;
    KazooClient& client_;
    HarnessServers& servers_;
    const std::shared_ptr<StateWatch> watch_;
    const Duration timeout_;
    const TimePoint begun_ = Clock::now();
    const TimePoint deadline_;
    std::string takeover_error_;  // of the last takeover, for messages; empty if it succeeded
    const ListenerId listener_;   // last: it uses watch_
};

}  // namespace

void disrupt(
    Disruption what,
    KazooClient& client,
    HarnessServers& servers,
    const std::shared_ptr<StateWatch>& watch,
    Duration timeout
) {
    Run(what, client, servers, watch, timeout).run();
}

}  // namespace kazoo::testing
