// SPDX-License-Identifier: Apache-2.0
// Drives a session::Session in unit tests, without network, threads or a clock.

#pragma once

#include "codec/frame.hpp"
#include "codec/headers.hpp"
#include "session/session.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <new>
#include <optional>
#include <ostream>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace kazoo::testing_support {

using std::chrono::milliseconds;

/// The owner of a request, credential or watch. The transcript identifies it by its name.
struct Party final : detail::RefCounted {
    explicit Party(std::string party_name) : name(std::move(party_name)) {}
    const std::string name;
};

/// A ConnectResponse. With a `timeout_ms` of 0 it says that the session has expired.
struct HandshakeReply {
    std::int64_t id = 0;  ///< 0: the requested session, or a new one if none is requested
    std::int32_t timeout_ms = 10'000;
    bool read_only = false;
    bool has_read_only = true;
    std::int32_t version = 0;
};

/// Parameters of a request besides its name and operation.
struct RequestOptions {
    std::string path = "/a";
    TimePoint deadline = TimePoint::max();
    std::string watcher{};  ///< name of the watch's owner; empty: no watch
    session::WatchKind kind = session::WatchKind::data;
    std::string data{};
    session::WatchKinds removes = 0;  ///< of remove_watches
    Resend resend = Resend::unsent;
    bool reserved = false;
};

/// A failure that replaces a step of a script.
enum class Fault { close, garbage, silence, long_silence, user_close };
/// How servers behave after the failure.
enum class Recovery { resumed, expired, none };

std::ostream& operator<<(std::ostream& out, Fault fault);
std::ostream& operator<<(std::ostream& out, Recovery recovery);

/// Thrown by a step that fails, to leave the script; also if memory runs out.
struct Interrupted {};

/// Returns the configuration of a session with one host, a fixed order and a timeout of 10 s.
session::Config script_config();

/// Drives one session in a test and plays its user, clock, network and server. After each input it
/// drains the session as a driver does, runs due timers, and records the output as lines: first
/// events, then actions, then frames.
///
///     CONNECTED                     state
///     r1 ok                         request r1 has succeeded
///     r1 connection_loss unknown    request r1 has failed, with this error and outcome
///     watch CHANGED /a -> w1 w2     a watch event for the watchers w1 and w2
///     watch NONE CONNECTING -> w1   a session event for the watcher w1
///     removed w1 w2                 with a reply: the watchers that its request has removed
///     gap                           lasting watches may have missed events
///     resolve zk1:2181              actions
///     connect 10.0.0.1:2181         or: connect 10.0.0.1:2181 with TLS as zk1
///     disconnect
///     ask for hosts                 the host provider
///     sasl begins                   the SASL mechanism: its first step,
///     sasl challenge "c"            and the step after this challenge
///     probe 10.0.0.2                the search for a writable server
///     srvr 10.0.0.2                 the question for the server's zxid
///     > connect id=0 zxid=0         frames: the ConnectRequest,
///     > get_data 1 /a               a request with its xid and path,
///     > ping                        and packets with a special xid
///     > auth digest u:p
///     > sasl 1 "token"              with the xid of its own
///     > set_watches 7 data[/a] exist[] child[]
///
/// Log lines are recorded separately. Throughout, it checks invariants of the session: state
/// transitions follow the table; each request and credential ends exactly once, and an event
/// reaches each watcher once; nothing is sent without a connection, only the ConnectRequest before
/// its response, only SASL and then credentials before CONNECTED, and no request before the watches
/// are restored; attempt numbers increase; timers that are due do not stay due.
class SessionScript {
public:
    /// The session's last request to the network.
    enum class Network { idle, resolving, connecting, open };

    explicit SessionScript(session::Config config = script_config());
    SessionScript(const SessionScript&) = delete;
    SessionScript& operator=(const SessionScript&) = delete;

    // The user.

    void start();
    /// Submits a request; the error says that the session has rejected it.
    std::error_code ask(const std::string& name, codec::Opcode op, const RequestOptions& how = {});
    void get(const std::string& name, const std::string& path = "/a") {
        accepted(ask(name, codec::Opcode::get_data, {.path = path}));
    }
    void set(const std::string& name, const std::string& path = "/a") {
        accepted(ask(name, codec::Opcode::set_data, {.path = path}));
    }
    /// Returns whether the request was open.
    bool cancel(const std::string& name);
    /// Waits for room in the queue of requests; the line `name ok` says that there is some.
    std::error_code wait_for_room(
        const std::string& name, session::Callbacks fails_at = session::Callbacks::never
    );
    /// Sets whether the user's callbacks keep up.
    void callbacks(session::Callbacks state) {
        callbacks_ = state;
        settle();
    }
    /// Asks the host provider again; `name ok` says that its answer is in use.
    std::error_code refresh_hosts(const std::string& name, bool rebalances = true);
    /// Takes back such a wait, or a request that was not sent.
    bool withdraw(const std::string& name);
    std::error_code add_auth(const std::string& name, const std::string& credential = "u:p");
    void close();
    void detach();
    /// Returns what Session::reset_zxid returns.
    bool reset_zxid();

    // The clock.

    [[nodiscard]] TimePoint now() const { return now_; }
    /// Advances the clock and runs each timer when it is due.
    void pass(milliseconds time);
    /// Advances the clock in one step; timers run late, at the end.
    void pause(milliseconds time);
    /// Time until the session's next deadline.
    [[nodiscard]] milliseconds until_deadline() const;

    // The network.

    /// The lookup of the current host succeeds.
    void resolved(const std::vector<std::string>& addresses = {"10.0.0.1"});
    /// The lookup of the current host fails.
    void unresolved();
    /// The result of an earlier lookup of a host such as "zk1:2181", from which the session has
    /// moved on.
    void resolved_late(
        const std::string& host, const std::vector<std::string>& addresses = {"10.0.0.1"}
    );
    void unresolved_late(const std::string& host);
    /// Hosts whose lookups are pending.
    [[nodiscard]] std::vector<std::string> lookups() const;
    /// The result of the lookup of the host to probe; without addresses: it has failed.
    void probe_resolved(const std::vector<std::string>& addresses);
    /// The answer of the host provider to the question; without hosts: it has failed.
    void hosts_given(std::vector<HostPort> hosts, std::string failure = {}, bool in_order = false);
    [[nodiscard]] bool asks_for_hosts() const { return question_ != 0; }
    /// The answer of the SASL mechanism, which is named TOY, to the last step that it was asked
    /// for.
    void sasl_step(session::SaslAnswer::Kind kind, const std::string& text = {});
    [[nodiscard]] bool asks_for_sasl() const { return sasl_asked_ != 0; }
    /// The answer of the server that was sent a four-letter word; empty: none.
    void probe_answered(std::string_view answer);
    void connected();
    /// With the transport's words for it.
    void closed(std::string_view why = {});
    void bytes(std::span<const std::byte> bytes);
    /// While held, the transport is busy writing and takes no output.
    void hold_output(bool held) {
        output_held_ = held;
        settle();
    }

    // The server.

    /// Answers the ConnectRequest.
    void welcome(const HandshakeReply& handshake_reply = {});
    /// Replies to the oldest request that has an xid of its own.
    void answer(std::int32_t err = 0, std::int64_t zxid = 0) { reply({next_xid(), zxid, err}); }
    template <class... Body>
    void reply(const codec::ReplyHeader& header, const Body&... body) {
        base::Buffer frame;
        codec::append_frame(frame, header, body...);
        deliver_reply(header.xid, frame.span());
    }
    /// These reply to a ping, a credential and setWatches.
    void pong() { reply({codec::ping_xid, 0, 0}); }
    void answer_auth(std::int32_t err = 0) { reply({codec::auth_xid, 0, err}); }
    void restored(std::int32_t err = 0) { reply({codec::set_watches_xid, 0, err}); }
    /// Replies to a SASL token with a challenge, or without one.
    void sasl_reply(std::optional<std::string_view> challenge, std::int32_t err = 0);
    /// Replies to it with any bytes.
    void sasl_reply_of_bytes(std::span<const std::byte> body, std::int32_t err = 0);
    /// Sends a watch event; `type` is its number in the protocol.
    void notify(std::int32_t type, const std::string& path, std::int64_t zxid = -1);
    /// The xid of the oldest request without a reply; 0 if there is none.
    [[nodiscard]] std::int32_t next_xid() const { return owed_.empty() ? 0 : owed_.front(); }

    /// Starts and connects the session; clears the recorded lines.
    void establish(const HandshakeReply& handshake_reply = {});
    /// Connects again after a lost connection.
    void reconnect(const HandshakeReply& handshake_reply = {});
    /// Like reconnect, up to the ConnectRequest.
    void reconnect_until_asked();
    /// Sets whether servers are read-only in the functions below.
    void servers_are_read_only(bool value) { read_only_servers_ = value; }
    /// Answers one pending request to the network or the server; returns false if none is pending.
    bool serve_one();
    /// Answers pending requests until the session waits only for time.
    void serve();
    /// Like serve, for this long.
    void serve_for(milliseconds time);

    // What came out.

    /// The lines since the last call.
    std::vector<std::string> take() { return std::exchange(lines_, {}); }
    std::vector<std::string> take_logs() { return std::exchange(logs_, {}); }
    /// The body of a successful reply, by the name of its request.
    [[nodiscard]] const std::string& body(const std::string& name) { return bodies_[name]; }
    [[nodiscard]] const std::vector<WatchedEvent>& watched() const { return watched_; }
    [[nodiscard]] const codec::RequestHeader& last_header() const { return last_header_; }
    [[nodiscard]] std::span<const std::byte> last_frame() const { return last_frame_; }
    /// Sizes of all frames except ConnectRequests, with their length prefix.
    [[nodiscard]] const std::vector<std::size_t>& frame_sizes() const { return frame_sizes_; }

    [[nodiscard]] session::Session& session() { return session_; }
    [[nodiscard]] Network network() const { return network_; }
    /// State of the search for a writable server: idle, resolving or connecting.
    [[nodiscard]] Network probing() const { return probing_; }
    [[nodiscard]] std::uint64_t probe_attempt() const { return probe_; }
    /// How often this watcher was returned with its reply because it was not registered.
    [[nodiscard]] int returned_unregistered(const std::string& watcher) {
        return returned_unregistered_[watcher];
    }
    [[nodiscard]] const std::set<std::string>& open_requests() const { return open_; }
    [[nodiscard]] std::uint64_t attempt() const { return attempt_; }
    // Fields of the last ConnectRequest.

    [[nodiscard]] std::int32_t asked_timeout() const { return asked_timeout_; }
    [[nodiscard]] const std::string& asked_password() const { return asked_password_; }
    /// Drains the session, after an input that was not made through this class.
    void settle();

    // Injecting failures (see run_every_way).

    void plan(std::size_t step, Fault fault) { plan_ = Plan{step, fault}; }
    /// Sets a function that is called with true before and with false after each call of the
    /// session.
    void when_exposed(std::function<void(bool)> hook) { exposed_ = std::move(hook); }
    [[nodiscard]] std::size_t steps() const { return steps_; }
    /// Delivers bytes in pieces of this size from now on; 0: all at once.
    void deliver_in_pieces(std::size_t size) { piece_ = size; }
    /// Continues after a fault, closes the session, and checks that nothing is left: requests,
    /// watches, deadlines, references to owners.
    void finish(Recovery recovery);

private:
    struct Plan {
        std::size_t step;
        Fault fault;
    };

    void exposed(bool value) const {
        if (exposed_) {
            exposed_(value);
        }
    }
    // RequestSpec the session as its driver does. If memory runs out, an input loses the
    // connection, while a call of the user changes nothing.
    template <class Input>
    void input(Input&& input) {
        if (!call(input)) {
            session_.out_of_memory(now_);
            settle();
            throw Interrupted();
        }
    }
    template <class Use>
    void use(Use&& use) {
        if (!call(use)) {
            settle();
            throw Interrupted();
        }
    }
    template <class RequestSpec>
    bool call(RequestSpec& call) {
        bool good = true;
        exposed(true);
        try {
            call();
        } catch (const std::bad_alloc&) {
            good = false;
        }
        exposed(false);
        return good;
    }
    static void accepted(std::error_code error);
    detail::RefPtr<Party> party(const std::string& name);
    void step();
    void inject(Fault fault);
    void answer_lookup(
        const std::string& host, std::errc error, const std::vector<std::string>& addresses
    );
    void deliver(std::span<const std::byte> bytes);
    void deliver_reply(std::int32_t xid, std::span<const std::byte> frame);
    void check_idle();

    void drain();
    void note(session::ReplyEvent& event);
    void note(session::WatchFired& event);
    void note(session::StateEvent& event);
    void note(session::LogEvent& event);
    void note(session::WatchGap& event);
    void note(const session::ResolveAction& action);
    void note(const session::ConnectAction& action);
    void note(const session::ProbeAction& action);
    void note(const session::DisconnectAction& action);
    void note(const session::AskHostsAction& action);
    void note(const session::SaslAction& action);
    void note_connect_request(std::span<const std::byte> frame);
    void note_frame(std::span<const std::byte> frame);
    void note_sasl(const codec::RequestHeader& header, codec::Decoder& body);
    void note_special(const codec::RequestHeader& header, codec::Decoder& body);

    session::Session session_;
    TimePoint now_{std::chrono::hours(1)};

    std::vector<std::string> lines_;
    std::vector<std::string> logs_;
    std::map<std::string, std::string> bodies_;
    std::vector<WatchedEvent> watched_;
    std::map<std::string, int> returned_unregistered_;
    std::vector<std::size_t> frame_sizes_;
    codec::RequestHeader last_header_;
    std::vector<std::byte> last_frame_;

    // Requests and owners.
    std::map<std::string, detail::RefPtr<Party>> parties_;
    std::map<std::string, session::RequestId> ids_;
    std::set<std::string> open_;  // requests that have not ended
    std::set<std::string> open_auths_;
    std::set<std::string> open_waits_;
    session::RequestId last_id_ = 0;
    KeeperState state_ = KeeperState::CLOSED;

    // The network and the server.
    Network network_ = Network::idle;
    std::uint64_t attempt_ = 0;
    std::map<std::string, std::uint64_t> lookups_;  // pending, with their attempts
    std::string last_lookup_;
    Network probing_ = Network::idle;
    std::uint64_t probe_ = 0;
    std::uint64_t question_ = 0;
    std::uint64_t sasl_asked_ = 0;  // attempt of the step that the mechanism has to take
    std::int32_t sasl_owed_ = 0;    // xid of the token that the server has to answer
    bool asked_ = false;
    bool greeted_ = false;
    bool requests_flow_ = false;
    std::int64_t asked_id_ = 0;
    std::int32_t asked_timeout_ = 0;
    std::string asked_password_;
    std::int64_t fresh_id_ = 0x1000'0000'0000'0000;
    std::deque<std::int32_t> owed_;  // xids of requests without a reply, oldest first
    std::size_t auths_owed_ = 0;
    std::size_t restores_owed_ = 0;
    std::size_t pings_owed_ = 0;
    bool expire_next_ = false;
    bool read_only_servers_ = false;

    std::function<void(bool)> exposed_;
    std::optional<Plan> plan_;
    std::size_t steps_ = 0;
    std::size_t piece_ = 0;
    session::Callbacks callbacks_ = session::Callbacks::keep_up;
    bool output_held_ = false;
};

/// Runs a script unchanged; with each byte delivered separately; and, for each step, Fault and
/// Recovery, with that fault in place of the step, after which the rest of the script is skipped.
void run_every_way(
    const std::function<void(SessionScript&)>& script,
    const session::Config& config = script_config()
);

}  // namespace kazoo::testing_support
