// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buffer.hpp"
#include "codec/frame.hpp"
#include "session/attempt_limit.hpp"
#include "session/attempt_log.hpp"
#include "session/behind_check.hpp"
#include "session/callbacks.hpp"
#include "session/config.hpp"
#include "session/credentials.hpp"
#include "session/event_queue.hpp"
#include "session/events.hpp"
#include "session/handover.hpp"
#include "session/handshake.hpp"
#include "session/host_list.hpp"
#include "session/host_refreshes.hpp"
#include "session/keepalive.hpp"
#include "session/lease_clock.hpp"
#include "session/lookups.hpp"
#include "session/metrics.hpp"
#include "session/request_queue.hpp"
#include "session/restoration.hpp"
#include "session/sasl_exchange.hpp"
#include "session/state_table.hpp"
#include "session/unsupported.hpp"
#include "session/watch_registry.hpp"
#include "session/writable_search.hpp"
#include "values/backoff.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace kazoo::session {

struct SessionPicture;

/// The client side of a ZooKeeper session, from start to close, without I/O: bytes and time go in;
/// bytes, actions and events are pulled out. A session object outlives any number of connections
/// and continues with a new session when the servers have expired the old one.
///
///     start --> resolving --> connecting --> handshaking --> authenticating --> serving
///               ^   ^  |           |              |                |               |   |
///               |   |  v           v              v                v               |   v
///               |   +--+---- next address, or next host of the round <-------------+  closing
///               |                       |               (connection lost)              |
///               |                       | end of the round                             v
///               +---- backing_off <-----+                                             idle
///                         ^             v
///                         +---------- asking_zxid: are the servers behind the last zxid?
///
/// With a host provider, each round begins with the phase `asking_hosts`. With SASL, the phase
/// `exchanging_sasl` follows the handshake.
///
/// After each input the caller drains `next_action`, `take_output` and `take_events`, and it calls
/// `on_timeout` no later than at `next_deadline`. `now` must not decrease. The bytes given to
/// `on_bytes` must stay valid until the events that it led to have been processed. Not thread-safe:
/// the driver calls it with its mutex held. Only the destructor calls out, to abandon owners.
///
/// Memory may run out anywhere. If a function of the user's side throws std::bad_alloc, it has
/// accepted nothing. If `start` or an input of the transport or the clock throws it, the caller
/// calls `out_of_memory`, which drops the connection and allocates nothing: the session goes on
/// with another one. Ending requests, watches and the session allocates nothing, so every accepted
/// request gets its event.
class Session {
public:
    /// Counts in `metrics`, which must outlive the session; in an object of its own if it is null.
    explicit Session(Config config, Metrics* metrics = nullptr);
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    /// Abandons the owners that still wait for a request or a credential.
    ~Session();

    // The user's side.

    /// Begins to connect. Called once, before anything else.
    void start(TimePoint now);
    /// Accepts a request and takes its owner. If it returns an error, nothing has changed.
    template <class... Body>
    [[nodiscard]] RequestQueue::Accepted submit(RequestSpec& call, const Body&... body) {
        if (!is_admitted_at_once(call)) {
            if (const auto error = admit(call)) {
                return {error};
            }
        }
        ReplyRoom room(events_, static_cast<bool>(call.request));
        if (call.request) {
            metrics_.prepare(call.op);
        }
        auto accepted = requests_.push(call, body...);
        if (!accepted.error) {
            room.keep();
            return_room();
            if (is_logged(LogLevel::trace)) {
                log_request(call.op);
            }
        }
        return accepted;
    }
    /// Submits a request that removes watches: `removes` of `call` is one of the lasting kinds, or
    /// any of the others. Chooses the record. Where a server would remove other watches of the path
    /// as well, the request only asks for them and has the same effect on this side: the watchers
    /// are removed at their place in the order of requests, and events that the server still sends
    /// are ignored.
    ///
    /// Servers before 3.9 answer the removal of a lasting watch with marshalling_error. The caller
    /// then calls this once more. If the connection is lost, a request that was sent has succeeded.
    [[nodiscard]] RequestQueue::Accepted remove_watches(RequestSpec call);
    /// Ends a request with this error. Returns false if it has already ended, or if it removes
    /// watches and has been sent.
    bool cancel(RequestId id, std::error_code why);
    /// Takes back an accepted request that has not been sent, a wait for room, or a refresh_hosts,
    /// without an event. Returns false if it has been sent or has ended. The caller must hold a
    /// reference to the owner.
    bool withdraw(RequestId id) noexcept;
    /// Waits until the queue of requests has room and the callbacks keep up: `owner` then gets a
    /// reply. Waits end in the order of the calls; as many at a time as there is room, but nothing
    /// is reserved for them. The id is 0, and there is no reply, if neither is to be waited for and
    /// nothing waits. Once the callbacks are in the state `fails_at`, the wait fails with
    /// queue_full. If this returns an error or throws std::bad_alloc, nothing has changed.
    [[nodiscard]] RequestQueue::Accepted wait_for_room(
        RequestOwner owner,
        Callbacks callbacks = Callbacks::keep_up,
        Callbacks fails_at = Callbacks::never
    );
    /// Called when a caller that was woken does not use the room.
    void return_room() noexcept { offered_ -= offered_ > 0 ? 1 : 0; }
    /// Adds credentials for this and every later connection. `owner` gets a reply once a server has
    /// accepted or refused them. If it returns an error, nothing has changed.
    [[nodiscard]] std::error_code add_auth(SecretAuthData entry, RequestOwner owner);
    /// Later connections do not present the credentials that have been added so far.
    void forget_auth() noexcept;
    /// Takes effect with the next host to be tried, and cancels a move that change_hosts has begun
    /// if the present server has not been left. With an empty list no server can be reached.
    void set_hosts(std::vector<HostPort> hosts, bool randomize);
    /// As set_hosts, and moves to another server if that balances the load over the new list (see
    /// rebalance()), or if the present server is not in it. Requests under way are waited for, for
    /// a third of the session timeout at most; the others wait for the next connection.
    void change_hosts(std::vector<HostPort> hosts, bool randomize, TimePoint now);
    /// Asks the host provider, which there must be, and uses its answer as change_hosts does if
    /// `rebalances`, otherwise as set_hosts. `owner` then gets a reply: host_provider_failed if
    /// there are no servers, provider_failure() says why. The id is for withdraw(). Callers share
    /// questions; a question that was asked before the call is not enough. If it returns an error
    /// or throws std::bad_alloc, nothing has changed.
    [[nodiscard]] RequestQueue::Accepted refresh_hosts(RequestOwner owner, bool rebalances);
    /// Closes the session after the requests that were accepted before. If there is no connection,
    /// or no memory for the request, ends at once; the servers then keep the session until it
    /// expires.
    void close(TimePoint now) noexcept;
    /// As close, but leaves the session to another client: it is not closed on the servers. Once
    /// `finished`, `handover` returns what that client needs. Does nothing while closing.
    void detach(TimePoint now) noexcept;
    /// Forgets the last zxid, unless a server accepts it at present: ends the session and begins a
    /// new one. Returns whether it did. Throws std::bad_alloc and has then changed nothing.
    bool reset_zxid(TimePoint now);

    // The transport's side. Results of an attempt other than the present one are ignored.

    void on_resolved(
        std::uint64_t attempt, std::error_code error, std::vector<Endpoint> endpoints, TimePoint now
    );
    void on_connected(std::uint64_t attempt, TimePoint now);
    void on_bytes(std::uint64_t attempt, std::span<const std::byte> bytes, TimePoint now);
    /// As on_bytes, but may leave the start of a frame, or whole frames, to the next call.
    void on_more(std::uint64_t attempt, Received& received, TimePoint now);
    /// The attempt has failed, or its connection has ended. `why` says more than the error, in
    /// words, or is empty.
    void on_closed(
        std::uint64_t attempt, std::error_code error, TimePoint now, std::string_view why = {}
    );
    /// The answer of the server to a ProbeAction; empty if there is none.
    void on_probe(std::uint64_t attempt, std::string_view answer, TimePoint now);
    /// The answer to an AskHostsAction.
    void on_hosts(std::uint64_t question, ProvidedHosts answer, TimePoint now);
    /// The answer to a SaslAction.
    void on_sasl(std::uint64_t attempt, const SaslAnswer& answer, TimePoint now);
    void on_timeout(TimePoint now);

    /// Returns whether a server that has accepted the session may not have all its watches yet.
    [[nodiscard]] bool restores_watches() const noexcept { return restoration_.under_way(); }
    /// While the lease is in use, syncs keep valid_until() fresh; see LeaseClock.
    void use_lease(TimePoint now) noexcept;
    [[nodiscard]] LeaseClock& lease() noexcept { return lease_; }
    /// Ends the connection as if the server had closed it. Returns whether there was one.
    bool drop_connection(TimePoint now);
    /// Drops the connection. Called if an input has thrown std::bad_alloc, or memory is short.
    void out_of_memory(TimePoint now) noexcept;
    /// The same if `attempt` is the present one.
    void out_of_memory(std::uint64_t attempt, TimePoint now) noexcept;

    // Outputs.

    [[nodiscard]] std::optional<Action> next_action() noexcept;
    /// Appends all bytes that may be sent now to `out`. Returns whether there were any. May throw
    /// std::bad_alloc if `out` is not empty by then; `out` may be sent, and the rest waits.
    bool take_output(base::Buffer& out);
    /// Called after take_output() has returned true, before the next input, with the time at which
    /// the bytes were written. For the metrics only.
    void on_written(TimePoint now) noexcept;
    /// Moves the oldest events into `into`, as many as fit. Returns how many. Before the bytes of
    /// an input become invalid, all events must be taken or `forget_bodies` called.
    [[nodiscard]] std::size_t take_events(
        std::span<Event> into, Callbacks callbacks = Callbacks::keep_up
    ) noexcept {
        if (!waiting_.empty()) {
            grant_room(callbacks);
        }
        return events_.take(into);
    }
    [[nodiscard]] bool has_events() const noexcept { return events_.size() > 0; }
    /// Makes the replies that have not been taken fail: the bytes of the input become invalid.
    void forget_bodies() noexcept { events_.forget_bodies(); }
    [[nodiscard]] TimePoint next_deadline() const;

    // State.

    [[nodiscard]] KeeperState state() const { return state_; }
    /// Returns whether the session has ended for good: closed, out of tries, or not authenticated.
    [[nodiscard]] bool finished() const { return started_ && phase_ == Phase::idle; }
    [[nodiscard]] const Identity& identity() const { return identity_; }
    [[nodiscard]] milliseconds negotiated_timeout() const { return keepalive_.timeout(); }
    [[nodiscard]] std::optional<TimePoint> valid_until() const { return lease_.valid_until(); }
    [[nodiscard]] std::int64_t last_zxid() const { return last_zxid_; }
    /// Returns whether the servers are behind last_zxid(), as far as is known.
    [[nodiscard]] bool servers_behind() const { return servers_behind_; }
    /// Returns what detach() has left; empty if there was no session.
    [[nodiscard]] const std::optional<Handover>& handover() const { return handover_; }
    [[nodiscard]] const Endpoint& server() const { return server_; }
    /// Returns the last failed attempt at each server since the last connection, the latest last.
    [[nodiscard]] std::vector<ServerAttempt> last_attempts() const { return attempts_.last(); }
    /// Returns the credentials because of which the session has ended in AUTH_FAILED, unless it
    /// ended because the servers require authentication.
    [[nodiscard]] const std::optional<SecretAuthData>& refused_auth() const {
        return credentials_.refused();
    }
    /// Returns why the session has ended in AUTH_FAILED; otherwise empty.
    [[nodiscard]] const std::string& auth_failure() const { return auth_failure_; }
    /// Returns why the host provider has failed most recently; empty if it has not.
    [[nodiscard]] const std::string& provider_failure() const { return provider_failure_; }
    /// Returns the host of the present connection or attempt.
    [[nodiscard]] const HostPort& host() const { return host_; }
    [[nodiscard]] const Metrics& metrics() const { return metrics_; }
    /// Returns a copy of the present state, with this many requests and watched paths at most.
    /// Throws std::bad_alloc.
    [[nodiscard]] SessionPicture picture(std::size_t most_requests, std::size_t most_paths) const;
    [[nodiscard]] std::size_t requests() const { return requests_.size(); }
    [[nodiscard]] std::size_t requests_in_flight() const { return requests_.sent(); }
    [[nodiscard]] std::size_t watches() const { return watches_.size(); }

private:
    /// In order: on_bytes() compares phases. phase_deadline_ limits all but idle and serving.
    enum class Phase {
        idle,          // not started, or ended for good
        backing_off,   // pause between two rounds of hosts
        asking_zxid,   // a server of the last round is asked for its zxid
        asking_hosts,  // the host provider has not answered yet
        resolving,     // the addresses of host_ are not known yet
        connecting,    // to server_
        handshaking,   // the ConnectRequest is sent, or about to be
        exchanging_sasl,
        authenticating,  // credentials are sent and not all answered
        serving,
        closing  // the close request is queued or sent
    };

    // session_room.cpp
    /// A call that waits for room.
    struct RoomWait {
        RequestOwner owner;
        Callbacks fails_at;
    };
    using RoomWaits = std::map<RequestId, RoomWait>;
    void grant_room(Callbacks callbacks) noexcept;
    void end_wait(RoomWaits::iterator wait, std::error_code error) noexcept;
    [[nodiscard]] bool withdraw_wait(RequestId id) noexcept;

    // session_watches.cpp
    void fire(EventType type, std::int64_t zxid, Watchers watchers) noexcept;
    void drop_watches() noexcept;
    void keep_handover() noexcept;
    void finish_if_detached() noexcept;
    void lose_watches(const WatchRange& range);

    // session.cpp
    /// Whether admit() returns no error: the usual case, decided in place.
    [[nodiscard]] bool is_admitted_at_once(const RequestSpec& call) const noexcept {
        return state_ == KeeperState::CONNECTED && phase_ == Phase::serving && !servers_behind_ &&
               unsupported_.empty() && !call.watcher;
    }
    [[nodiscard]] std::error_code admit(const RequestSpec& call) const;
    void set_state(KeeperState state, StateReason reason = StateReason::none) noexcept;
    [[nodiscard]] bool is_logged(LogLevel level) const noexcept {
        return level >= config_.log_level;
    }
    void log(LogLevel level, std::string text) noexcept;
    /// Logs what `compose` returns if the level is enabled. The line is lost if memory is short.
    template <class Compose>
    void log_if_wanted(LogLevel level, Compose&& compose) noexcept {
        if (!is_logged(level)) {
            return;
        }
        try {
            log(level, compose());
        } catch (const std::bad_alloc&) {
            return;
        }
    }
    void log_request(codec::Opcode op) noexcept;
    void log_reply(codec::Opcode op, const codec::ReplyHeader& header, std::size_t bytes) noexcept;
    void disconnect() noexcept;
    void leave_connection() noexcept;
    void lose_connection(std::string_view why, LossReason reason, TimePoint now);
    void expire(std::string_view why, StateReason reason, TimePoint now);
    void finish(KeeperState state, std::error_code pending_error) noexcept;
    enum class Watching { goes_on, ends };  // whether the next connection restores the watches
    void fail_requests(std::error_code error, Watching watching) noexcept;
    void fail_request(
        RequestQueue::GivenUp lost, std::error_code error, Watching watching
    ) noexcept;
    void fail_credentials(std::error_code error) noexcept;
    void give_up(RequestQueue::GivenUp request, std::error_code error) noexcept;
    void expire_deadlines(TimePoint now) noexcept;
    void check_phase(TimePoint now);

    // session_lease.cpp
    void note_accepted() noexcept;
    void pace_lease(TimePoint now) noexcept;

    // session_hosts.cpp
    void replace_hosts(
        std::vector<HostPort> hosts, bool randomize, std::vector<std::size_t> first_order
    );
    void leave_if_drained(TimePoint now);
    void try_new_list(TimePoint now);
    void ask_for_hosts(TimePoint now);
    void ask_provider();
    void forget_question() noexcept;
    void use_provided(ProvidedHosts answer, TimePoint now);
    void provider_failed(std::string why, TimePoint now);
    void end_refreshes(std::error_code error) noexcept;
    [[nodiscard]] bool withdraw_refresh(RequestId id) noexcept;
    void go_on_without_answer(TimePoint now);

    // session_connect.cpp
    void forget_failures() noexcept;
    void begin_round() noexcept;
    void resolve(ResolveAction action);
    void begin_attempt(TimePoint now);
    void try_next_host(TimePoint now);
    void try_addresses(Lookups::Answer answer, TimePoint now);
    void next_endpoint(TimePoint now);
    void host_failed(TimePoint now);
    void back_off(TimePoint now);
    void note_failure(
        const HostPort& host, std::string_view address, std::string why, TimePoint now
    );
    void attempt_failed(std::string why, TimePoint now);
    void name_failed(const HostPort& host, std::error_code error, TimePoint now);
    void name_is_late(TimePoint now);
    void phase_timeout(TimePoint now);
    void too_slow(TimePoint now);
    void enter(Phase phase, TimePoint deadline);
    [[nodiscard]] bool uses_tls(const HostPort& host) const noexcept;
    void warn_of_weak_tls() noexcept;
    [[nodiscard]] milliseconds connect_timeout(TimePoint now) const;
    [[nodiscard]] std::string why_closed_in_handshake(std::error_code error) const;
    void on_connect_response(std::span<const std::byte> frame, TimePoint now);
    void present_credentials(TimePoint now);
    void serve(TimePoint now);
    void note_served() noexcept;
    void look_further(std::optional<Action> action, TimePoint now);
    void move_to(HostPort host, Endpoint writable, TimePoint now);

    // session_sasl.cpp
    void begin_sasl(TimePoint now);
    void send_sasl_token(const SaslAnswer& answer, TimePoint now);
    void on_sasl_reply(std::int32_t err, std::span<const std::byte> body, TimePoint now);
    void on_sasl_error(std::int32_t err, TimePoint now);
    void sasl_failed(std::string_view why, TimePoint now);
    void fail_authentication(std::string_view why);

    // session_behind.cpp
    void round_failed(TimePoint now);
    void ask_zxid(const BehindCheck::Server& server, TimePoint now);
    void on_zxid_answer(std::string_view answer, TimePoint now);
    void note_servers_behind(TimePoint now);
    void forget_servers_behind() noexcept;
    [[nodiscard]] std::string behind_text() const;

    // session_unsupported.cpp
    void note_support(codec::Opcode op, std::int32_t err, bool ends, TimePoint now) noexcept;
    void suspect_oldest_request(TimePoint now) noexcept;
    void give_up_unsupported(TimePoint now);
    [[nodiscard]] bool on_early_refusal(std::int32_t xid, std::int32_t err, TimePoint now);
    void end_refused() noexcept;
    void refuse(RequestQueue::GivenUp request) noexcept;

    // session_input.cpp
    void process(std::uint64_t attempt, Received& received, TimePoint now);
    [[nodiscard]] const char* reason_to_refuse_first_bytes(std::span<const std::byte> bytes);
    void on_frame(std::span<const std::byte> frame, TimePoint now);
    void on_item(const codec::FrameItem& item, TimePoint now);
    void on_oversized(const codec::FrameItem& item, TimePoint now);
    void on_ping_reply(std::int32_t err, TimePoint now);
    void end_by_server(std::int32_t err, TimePoint now);
    void note_reply(const Pending& answered, TimePoint now) noexcept;
    void note_confirmed(const Pending& answered, std::int32_t err, TimePoint now) noexcept;
    void on_reply(const codec::ReplyHeader& header, std::span<const std::byte> body, TimePoint now);
    void on_stray(std::int32_t xid, std::int32_t err, TimePoint now);
    void on_notification(
        const codec::ReplyHeader& header, std::span<const std::byte> body, TimePoint now
    );
    void on_auth_reply(std::int32_t err, TimePoint now);
    void on_watches_restored(std::int32_t err, TimePoint now);
    void register_watch(Pending& answered, std::int32_t err) noexcept;
    [[nodiscard]] std::int32_t unregister_watches(Pending& answered, std::int32_t err) noexcept;

    Config config_;                         // constant after construction
    std::unique_ptr<Metrics> own_metrics_;  // null if the caller provides them
    Metrics& metrics_;
    KeeperState state_ = KeeperState::CLOSED;
    Phase phase_ = Phase::idle;
    TimePoint phase_deadline_ = TimePoint::max();
    std::uint64_t attempt_ = 0;       // number of the present attempt or connection
    std::uint64_t last_attempt_ = 0;  // last number given to a connection, lookup or probe

    Identity identity_;            // id 0: no session to resume
    std::int64_t served_id_ = 0;   // id of the session that was last served; for the metrics
    std::int64_t last_zxid_ = 0;   // greatest in any reply; servers must have reached it
    bool servers_behind_ = false;  // they have not: requests are refused
    BehindCheck behind_check_;
    bool detaching_ = false;  // `closing` sends no close request, and the session lives on
    std::optional<Handover> handover_;
    std::optional<TimePoint> ping_sent_;  // the last ping on the present connection
    std::optional<Duration> round_trip_;  // from it to its answer, if that has arrived
    Keepalive keepalive_;
    LeaseClock lease_;
    base::Random random_;  // for rebalance()
    HostList hosts_;
    base::Backoff backoff_;                   // between rounds of hosts
    base::Backoff renewal_;                   // between an expired session and its successor
    std::optional<TimePoint> failing_since_;  // for the deadline of connection_retry
    Lookups lookups_;
    AttemptLimit limit_;
    AttemptLog attempts_;
    HostPort host_;         // whose turn it is, or that the connection is to
    TimePoint turn_began_;  // the turn of host_
    bool tried_ = false;    // in this round an attempt or a lookup has failed
    bool silent_ = false;   // in this round a server did not answer in time
    // An answer that arrives in the pause after the round is used at once. If its addresses fail,
    // too, the pause continues until pause_ends_.
    bool in_pause_ = false;
    TimePoint pause_ends_;
    std::size_t addresses_ = 1;        // number of addresses of host_
    std::vector<Endpoint> endpoints_;  // those still to be tried, taken from the back
    Endpoint server_;                  // the present address
    std::uint64_t question_ = 0;       // to the host provider, not answered yet; 0: none
    HostRefreshes refreshes_;
    std::string provider_failure_;
    std::optional<TimePoint>
        drain_ends_;       // leaving this server when its replies are there, or then
    bool moving_ = false;  // left a server, and not connected to another yet
    bool started_ = false;
    bool read_only_ = false;  // the present server is
    WritableSearch search_;
    bool switching_to_writable_ = false;     // connecting to a server that the search has found
    bool answered_since_handshake_ = false;  // the present server has answered something

    RequestQueue requests_;
    /// In the ids of waits and of refreshes, which are numbers of their own.
    static constexpr RequestId wait_bit = RequestId{1} << 63;
    RoomWaits waiting_;  // for room in requests_, the oldest first
    RequestId last_wait_ = 0;
    std::size_t offered_ = 0;  // places for which callers were woken, not used since
    UnsupportedRequests unsupported_;
    RequestId refused_ = 0;               // answered ahead of earlier requests, which are ending
    bool lasting_types_refused_ = false;  // by the present server, which is older than 3.9
    WatchRegistry watches_;
    Restoration restoration_;
    SaslExchange sasl_;  // of the present connection
    Credentials credentials_;
    std::string auth_failure_;

    codec::FrameReader reader_;
    std::uint32_t first_bytes_ = 0;  // the first bytes of a connection, up to four
    int first_byte_count_ = 0;       // how many of them have arrived
    base::Buffer control_;  // frames sent before any request: handshake, SASL, credentials, watches
    std::vector<Action> actions_;  // its capacity is reserved: disconnect() must not allocate
    EventQueue events_;
};

}  // namespace kazoo::session
