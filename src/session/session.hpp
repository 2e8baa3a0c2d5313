#pragma once

#include "base/backoff.hpp"
#include "base/buffer.hpp"
#include "codec/frame.hpp"
#include "session/attempt_limit.hpp"
#include "session/attempt_log.hpp"
#include "session/config.hpp"
#include "session/event_queue.hpp"
#include "session/events.hpp"
#include "session/handshake.hpp"
#include "session/host_list.hpp"
#include "session/keepalive.hpp"
#include "session/look_ups.hpp"
#include "session/request_queue.hpp"
#include "session/restoration.hpp"
#include "session/state_table.hpp"
#include "session/watch_registry.hpp"
#include "session/writable_search.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace kazoo::session {

/// The client's side of a ZooKeeper session, from start to close, without I/O: bytes and time go
/// in; bytes, actions and events are pulled out. One session object lives through any number of
/// connections and, when a session of the servers expires, goes on with a new one.
///
/// After every input the caller drains `next_action`, `take_output` and `take_events`, and calls
/// `on_timeout` no later than at `next_deadline`. `now` never decreases. Not thread-safe.
/// The bytes given to `on_bytes` stay valid until the events it led to have been dealt with.
///
/// Memory may run out anywhere. What the user's side throws then has changed nothing. When `start`
/// or an input of the transport or the clock throws std::bad_alloc, the caller calls
/// `out_of_memory`, which drops the connection and needs no memory: the session goes on with
/// another. Ending requests, watches and the session allocates nothing, so nothing that was
/// accepted is lost.
class Session {
public:
    explicit Session(Config config);
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    /// Abandons those who still wait for a request or a credential.
    ~Session();

    // The user's side.

    /// Begins to connect. Once, first of all.
    void start(TimePoint now);
    /// Takes a request; an error says that it was not taken, and nothing has changed.
    template <class... Body>
    [[nodiscard]] RequestQueue::Accepted submit(const Call& call, const Body&... body) {
        if (const auto error = admit(call)) {
            return {error};
        }
        ReplyRoom room(events_, static_cast<bool>(call.request));
        auto accepted = requests_.push(call, body...);
        if (!accepted.error) {
            room.keep();
            log_request(call.op);
        }
        return accepted;
    }
    /// Gives a request up with this error; false if it is over already.
    bool cancel(RequestId id, std::error_code why);
    /// Takes back a request that was accepted, if it has not been sent; false if it has, or is
    /// over. The caller still owns what it gave.
    bool withdraw(RequestId id) noexcept;
    /// Credentials for this and every later connection. `owner` gets a reply once a server has
    /// accepted or refused them. An error says that they were not taken.
    [[nodiscard]] std::error_code add_auth(AuthEntry entry, Owner owner);
    /// No later connection presents the credentials that it knows now.
    void forget_auth() noexcept;
    /// From the next host to be tried on. Without hosts nothing can be reached.
    void set_hosts(std::vector<HostPort> hosts, bool randomize);
    /// Ends the session: what was taken before is served first. Without a connection at once,
    /// and the servers keep what is left of the session until it expires. So it is without memory.
    void close(TimePoint now) noexcept;

    // The transport's side.

    void on_resolved(
        std::uint64_t attempt, std::error_code error, std::vector<Endpoint> endpoints, TimePoint now
    );
    void on_connected(std::uint64_t attempt, TimePoint now);
    void on_bytes(std::uint64_t attempt, std::span<const std::byte> bytes, TimePoint now);
    /// The attempt failed, or its connection ended.
    void on_closed(std::uint64_t attempt, std::error_code error, TimePoint now);
    /// What the server of a ProbeAction has answered; empty if nothing.
    void on_probe(std::uint64_t attempt, std::string_view answer, TimePoint now);
    void on_timeout(TimePoint now);

    /// After an input that has thrown std::bad_alloc, and whenever the caller has no memory to go
    /// on.
    void out_of_memory(TimePoint now) noexcept;
    /// The same if this is still the attempt.
    void out_of_memory(std::uint64_t attempt, TimePoint now) noexcept {
        if (attempt == attempt_) {
            out_of_memory(now);
        }
    }

    // Outputs.

    [[nodiscard]] std::optional<Action> next_action() noexcept;
    /// Moves all bytes that may be sent now behind `out`; says whether there were any. Throws
    /// std::bad_alloc only if there are bytes in `out`, which may be sent; the rest waits.
    bool take_output(base::Buffer& out);
    /// Moves the oldest events into `into`, as many as fit; says how many. All are to be taken
    /// before the bytes of an input become invalid, or their bodies forgotten.
    [[nodiscard]] std::size_t take_events(std::span<Event> into) noexcept {
        return events_.take(into);
    }
    [[nodiscard]] bool has_events() const noexcept { return events_.size() > 0; }
    /// The bytes of the last input are not valid any more: replies that still wait to be taken
    /// fail.
    void forget_bodies() noexcept { events_.forget_bodies(); }
    [[nodiscard]] TimePoint next_deadline() const;

    // Facts.

    [[nodiscard]] KeeperState state() const { return state_; }
    /// Closed, exhausted or refused for good: nothing will happen any more.
    [[nodiscard]] bool finished() const { return started_ && phase_ == Phase::idle; }
    [[nodiscard]] const Identity& identity() const { return identity_; }
    [[nodiscard]] milliseconds negotiated_timeout() const { return keepalive_.timeout(); }
    [[nodiscard]] std::int64_t last_zxid() const { return last_zxid_; }
    [[nodiscard]] const Endpoint& server() const { return server_; }
    /// The last failed attempt at each server since the last connection, the latest last.
    [[nodiscard]] std::vector<ServerAttempt> last_attempts() const { return attempts_.last(); }
    /// The credentials over which the session has ended in AUTH_FAILED, if it was over those of
    /// this client.
    [[nodiscard]] const std::optional<AuthEntry>& refused_auth() const { return refused_auth_; }
    [[nodiscard]] std::size_t requests() const { return requests_.size(); }
    [[nodiscard]] std::size_t watches() const { return watches_.size(); }

private:
    enum class Phase {
        idle,         // closed for good
        backing_off,  // until phase_deadline_
        resolving,    // no host has an address yet; this and the next three: until phase_deadline_
        connecting,
        handshaking,
        authenticating,
        serving,
        closing
    };
    struct Credential {
        AuthEntry entry;
        std::vector<Owner> waiting;  // for an answer, in the order in which they asked
        std::size_t asked = 0;       // the first so many of them wait for one that is under way
        bool forgotten = false;      // only those who wait are still answered
    };
    struct AuthInFlight {
        std::size_t credential;
        std::size_t waiting;  // so many get the answer
    };
    /// Room for the reply to a request that is about to be accepted.
    class ReplyRoom {
    public:
        ReplyRoom(EventQueue& events, bool wanted) : events_(wanted ? &events : nullptr) {
            if (wanted) {
                events.promise();
            }
        }
        ReplyRoom(const ReplyRoom&) = delete;
        ReplyRoom& operator=(const ReplyRoom&) = delete;
        ~ReplyRoom() {
            if (events_ != nullptr) {
                events_->break_promise();
            }
        }
        void keep() noexcept { events_ = nullptr; }

    private:
        EventQueue* events_;
    };

    // session.cpp
    [[nodiscard]] std::error_code admit(const Call& call) const;
    [[nodiscard]] bool fits(const AuthEntry& entry) const;
    [[nodiscard]] std::size_t credentials_held() const;
    void set_state(KeeperState state) noexcept;
    void log(LogLevel level, std::string text) noexcept;
    /// Logs what `compose` returns, if anyone wants lines of this level. Without memory: no line.
    template <class Compose>
    void log_if_wanted(LogLevel level, Compose&& compose) noexcept {
        if (level < config_.log_level) {
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
    void lose_connection(std::string_view why, TimePoint now);
    void expire(std::string_view why, TimePoint now);
    void fail_authentication(std::string_view why);
    void finish(KeeperState state, std::error_code pending_error) noexcept;
    void fail_requests(std::error_code error) noexcept;
    void fail_credentials(std::error_code error) noexcept;
    void drop_watches() noexcept;
    void lose_watches(const WatchRange& range);
    void give_up(RequestQueue::GivenUp request, std::error_code error) noexcept;
    void expire_deadlines(TimePoint now) noexcept;
    void check_phase(TimePoint now);

    // session_connect.cpp
    void begin_round() noexcept;
    void resolve(ResolveAction action);
    void begin_attempt(TimePoint now);
    void try_addresses(LookUps::Answer answer, TimePoint now);
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
    [[nodiscard]] milliseconds connect_timeout(TimePoint now) const;
    [[nodiscard]] std::string why_closed_in_handshake(std::error_code error) const;
    void welcome(std::span<const std::byte> frame, TimePoint now);
    void send_credential(std::size_t index);
    void serve(TimePoint now);
    void look_further(std::optional<Action> action, TimePoint now);
    void move_to(HostPort host, Endpoint writable, TimePoint now);

    // session_input.cpp
    [[nodiscard]] const char* refusal_of_greeting(std::span<const std::byte> bytes);
    void on_frame(std::span<const std::byte> frame, TimePoint now);
    void on_item(const codec::FrameItem& item, TimePoint now);
    void on_oversized(const codec::FrameItem& item, TimePoint now);
    void on_ping_reply(std::int32_t err, TimePoint now);
    void end_by_server(std::int32_t err, TimePoint now);
    void on_reply(const codec::ReplyHeader& header, std::span<const std::byte> body, TimePoint now);
    void on_stray(std::int32_t xid, TimePoint now);
    void on_notification(
        const codec::ReplyHeader& header, std::span<const std::byte> body, TimePoint now
    );
    void on_auth_reply(std::int32_t err, TimePoint now);
    void on_watches_restored(std::int32_t err, TimePoint now);
    void register_watch(Pending& answered, std::int32_t err) noexcept;

    Config config_;
    KeeperState state_ = KeeperState::CLOSED;
    Phase phase_ = Phase::idle;
    TimePoint phase_deadline_ = TimePoint::max();
    std::uint64_t attempt_ = 0;       // of the present connection
    std::uint64_t last_attempt_ = 0;  // the last number given, to connections and probes

    Identity identity_;
    std::int64_t last_zxid_ = 0;
    Keepalive keepalive_;
    HostList hosts_;
    base::Backoff backoff_;  // between rounds of hosts
    base::Backoff renewal_;  // between an expired session and its successor
    std::optional<TimePoint> failing_since_;
    LookUps look_ups_;
    AttemptLimit limit_;
    AttemptLog attempts_;
    HostPort host_;
    TimePoint turn_began_;       // of the present host
    bool tried_ = false;         // in this round a host has failed, and not just not answered yet
    bool silent_ = false;        // in this round a server did not answer in time
    bool in_pause_ = false;      // a late answer of a look-up is used in the pause after its round,
    TimePoint pause_ends_;       // which goes on when that comes to nothing
    std::size_t addresses_ = 1;  // of the present host
    std::vector<Endpoint> endpoints_;  // those of them still to be tried
    Endpoint server_;
    bool started_ = false;
    bool read_only_ = false;
    WritableSearch search_;
    bool moving_ = false;  // to a server that the search has found
    bool proven_ = false;  // the connection has answered something after its handshake

    RequestQueue requests_;
    WatchRegistry watches_;
    Restoration restoration_;
    std::vector<Credential> credentials_;
    std::deque<AuthInFlight> auth_in_flight_;
    std::optional<AuthEntry> refused_auth_;

    codec::FrameReader reader_;
    std::uint32_t greeting_ = 0;  // the first four bytes of a connection, as far as they are here
    int greeting_bytes_ = 0;
    base::Buffer control_;         // what goes out before any request
    std::vector<Action> actions_;  // few; there is always room for a disconnection
    EventQueue events_;
};

}  // namespace kazoo::session
