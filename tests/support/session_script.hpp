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

/// Waits for a request, an authentication or a watch; the transcript calls it by its name.
struct Party final : detail::RefCounted {
    explicit Party(std::string party_name) : name(std::move(party_name)) {}
    const std::string name;
};

/// How a server answers a ConnectRequest. A `timeout_ms` of 0 says that the session is over.
struct Greeting {
    std::int64_t id = 0;  ///< 0: the session that was asked for, or else a fresh one
    std::int32_t timeout_ms = 10'000;
    bool read_only = false;
    bool has_read_only = true;
    std::int32_t version = 0;
};

/// How a request is made, besides its name and operation.
struct Asking {
    std::string path = "/a";
    TimePoint deadline = TimePoint::max();
    std::string watcher{};  ///< its name; empty: none
    session::WatchKind kind = session::WatchKind::data;
    std::string data{};
};

/// What goes wrong instead of a step of a script.
enum class Fault { close, garbage, silence, long_silence, user_close };
/// What servers do after that.
enum class Recovery { resumed, expired, none };

std::ostream& operator<<(std::ostream& out, Fault fault);
std::ostream& operator<<(std::ostream& out, Recovery recovery);

/// Thrown out of a script whose step was made to fail.
struct Interrupted {};

/// A session with one host, fixed order and a timeout of 10 s.
session::Config script_config();

/// Drives one session: is its user, its clock, its network and its server. After every input it
/// drains the session as a driver does, runs what is due, and writes down what came out, one line
/// each: events, then actions, then frames.
///
///     CONNECTED                     state
///     r1 ok                         the request named r1 is over
///     r1 connection_loss unknown    so it is, with this error and outcome
///     watch CHANGED /a -> w1 w2     the watchers named so are told
///     watch NONE CONNECTING -> w1   the same, of an event of the session
///     resolve zk1:2181              actions
///     connect 10.0.0.1:2181
///     disconnect
///     probe 10.0.0.2                a server is asked whether it takes writes
///     > connect id=0 zxid=0         frames: the first of a connection,
///     > get_data 1 /a               a request with its xid and path,
///     > ping                        and what has no xid of its own
///     > auth digest u:p
///     > set_watches 7 data[/a] exist[] child[]
///
/// Logs are kept apart. All along it holds the session to what is always true: states follow the
/// table; whoever waits is told once; nothing is sent without a connection, nothing but
/// the ConnectRequest before its answer, nothing but credentials before CONNECTED, no request
/// before the watches are restored; attempts count up; what is due gets done.
class SessionScript {
public:
    /// What the session has asked of the network last.
    enum class Network { idle, resolving, connecting, open };

    explicit SessionScript(session::Config config = script_config());
    SessionScript(const SessionScript&) = delete;
    SessionScript& operator=(const SessionScript&) = delete;

    // The user.

    void start();
    std::error_code ask(const std::string& name, codec::Opcode op, const Asking& how = {});
    void get(const std::string& name, const std::string& path = "/a") {
        accepted(ask(name, codec::Opcode::get_data, {.path = path}));
    }
    void set(const std::string& name, const std::string& path = "/a") {
        accepted(ask(name, codec::Opcode::set_data, {.path = path}));
    }
    bool cancel(const std::string& name);
    std::error_code add_auth(const std::string& name, const std::string& credential = "u:p");
    void close();

    // The clock.

    [[nodiscard]] TimePoint now() const { return now_; }
    /// Time goes by, and the session's timer is in time.
    void pass(milliseconds time);
    /// Time goes by, and nobody calls the session until it is over.
    void pause(milliseconds time);
    /// How long the session would wait, if nothing happened.
    [[nodiscard]] milliseconds until_deadline() const;

    // The network.

    void resolved(const std::vector<std::string>& addresses = {"10.0.0.1"});
    void unresolved();
    /// The answer to an earlier look-up, "zk1:2181", while the session is elsewhere.
    void resolved_late(
        const std::string& host, const std::vector<std::string>& addresses = {"10.0.0.1"}
    );
    void unresolved_late(const std::string& host);
    /// Hosts whose look-ups have no answer.
    [[nodiscard]] std::vector<std::string> look_ups() const;
    /// The answer to the look-up of the host that is to be probed; no address: it has failed.
    void probe_resolved(const std::vector<std::string>& addresses);
    /// The answer of the probed server; empty: it has none.
    void probe_answered(std::string_view answer);
    void connected();
    void closed();
    void bytes(std::span<const std::byte> bytes);
    /// While held, the transport is busy with earlier output and takes no more.
    void hold_output(bool held) {
        output_held_ = held;
        settle();
    }

    // The server.

    void welcome(const Greeting& greeting = {});
    /// Answers the oldest ordinary request.
    void answer(std::int32_t err = 0, std::int64_t zxid = 0) { reply({next_xid(), zxid, err}); }
    template <class... Body>
    void reply(const codec::ReplyHeader& header, const Body&... body) {
        base::Buffer frame;
        codec::append_frame(frame, header, body...);
        deliver_reply(header.xid, frame.span());
    }
    void pong() { reply({codec::ping_xid, 0, 0}); }
    void judge(std::int32_t err = 0) { reply({codec::auth_xid, 0, err}); }
    void restored(std::int32_t err = 0) { reply({codec::set_watches_xid, 0, err}); }
    void notify(std::int32_t type, const std::string& path, std::int64_t zxid = -1);
    /// The xid of the oldest request without an answer; 0 if there is none.
    [[nodiscard]] std::int32_t next_xid() const { return owed_.empty() ? 0 : owed_.front(); }

    // From nothing to a session that is served; leaves no lines.
    void establish(const Greeting& greeting = {});
    // From a lost connection to the next one; leaves its lines.
    void reconnect(const Greeting& greeting = {});
    // The same, as far as the ConnectRequest.
    void reconnect_until_asked();
    /// Servers take no writes, or do again, from now on; for the functions that follow.
    void servers_are_read_only(bool value) { read_only_servers_ = value; }
    /// Answers one of the things there are to answer; false if there are none.
    bool serve_one();
    /// Answers what there is to answer, until the session waits for nothing but time.
    void serve();
    /// The same, while time goes by.
    void serve_for(milliseconds time);

    // What came out.

    /// The lines since the last call.
    std::vector<std::string> take() { return std::exchange(lines_, {}); }
    std::vector<std::string> take_logs() { return std::exchange(logs_, {}); }
    /// The data of good replies, by the name of the request.
    [[nodiscard]] const std::string& body(const std::string& name) { return bodies_[name]; }
    [[nodiscard]] const std::vector<WatchedEvent>& watched() const { return watched_; }
    [[nodiscard]] const codec::RequestHeader& last_header() const { return last_header_; }
    [[nodiscard]] std::span<const std::byte> last_frame() const { return last_frame_; }
    /// The sizes of all frames but connect requests, with their prefix.
    [[nodiscard]] const std::vector<std::size_t>& frame_sizes() const { return frame_sizes_; }

    [[nodiscard]] session::Session& session() { return session_; }
    [[nodiscard]] Network network() const { return network_; }
    /// What is under way beside the connection: idle, resolving or connecting.
    [[nodiscard]] Network probing() const { return probing_; }
    [[nodiscard]] std::uint64_t probe_attempt() const { return probe_; }
    /// How often this watcher came back with its request, unregistered.
    [[nodiscard]] int handed_back(const std::string& watcher) { return handed_back_[watcher]; }
    [[nodiscard]] const std::set<std::string>& open_requests() const { return open_; }
    [[nodiscard]] std::uint64_t attempt() const { return attempt_; }
    /// What the last ConnectRequest said.
    [[nodiscard]] std::int32_t asked_timeout() const { return asked_timeout_; }
    [[nodiscard]] const std::string& asked_password() const { return asked_password_; }
    /// Drains the session, after an input that did not come through this class.
    void settle();
    // Making it fail (see run_every_way).

    void plan(std::size_t step, Fault fault) { plan_ = Plan{step, fault}; }
    /// Is called with true before each call of the session and with false behind it.
    void when_exposed(std::function<void(bool)> hook) { exposed_ = std::move(hook); }
    [[nodiscard]] std::size_t steps() const { return steps_; }
    /// From now on bytes arrive so many at a time.
    void deliver_in_pieces(std::size_t size) { piece_ = size; }
    /// Goes on after a fault, then closes, and checks that nothing and nobody was forgotten.
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
    // Calls the session as its driver does: an input for which there is no memory costs the
    // connection, a call of the user nothing.
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
    template <class Call>
    bool call(Call& call) {
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
    void answer_look_up(
        const std::string& host, std::errc error, const std::vector<std::string>& addresses
    );
    void deliver(std::span<const std::byte> bytes);
    void deliver_reply(std::int32_t xid, std::span<const std::byte> frame);
    void check_idle();

    void drain();
    void note(session::ReplyEvent& event);
    void note(session::WatchEvent& event);
    void note(session::StateEvent& event);
    void note(session::LogEvent& event);
    void note(const session::ResolveAction& action);
    void note(const session::ConnectAction& action);
    void note(const session::ProbeAction& action);
    void note(const session::DisconnectAction& action);
    void note_connect_request(std::span<const std::byte> frame);
    void note_frame(std::span<const std::byte> frame);
    void note_special(const codec::RequestHeader& header, codec::Decoder& body);

    session::Session session_;
    TimePoint now_{std::chrono::hours(1)};

    std::vector<std::string> lines_;
    std::vector<std::string> logs_;
    std::map<std::string, std::string> bodies_;
    std::vector<WatchedEvent> watched_;
    std::map<std::string, int> handed_back_;
    std::vector<std::size_t> frame_sizes_;
    codec::RequestHeader last_header_;
    std::vector<std::byte> last_frame_;

    // Who was promised what.
    std::map<std::string, detail::RefPtr<Party>> parties_;
    std::map<std::string, session::RequestId> ids_;
    std::set<std::string> open_;  // requests without an end
    std::set<std::string> open_auths_;
    session::RequestId last_id_ = 0;
    KeeperState state_ = KeeperState::CLOSED;

    // The network and the server.
    Network network_ = Network::idle;
    std::uint64_t attempt_ = 0;
    std::map<std::string, std::uint64_t> look_ups_;  // under way, with their attempts
    std::string last_look_up_;
    Network probing_ = Network::idle;
    std::uint64_t probe_ = 0;
    bool asked_ = false;
    bool greeted_ = false;
    bool requests_flow_ = false;
    std::int64_t asked_id_ = 0;
    std::int32_t asked_timeout_ = 0;
    std::string asked_password_;
    std::int64_t fresh_id_ = 0x1000'0000'0000'0000;
    std::deque<std::int32_t> owed_;
    std::size_t auths_owed_ = 0;
    std::size_t restores_owed_ = 0;
    std::size_t pings_owed_ = 0;
    bool expire_next_ = false;
    bool read_only_servers_ = false;

    std::function<void(bool)> exposed_;
    std::optional<Plan> plan_;
    std::size_t steps_ = 0;
    std::size_t piece_ = 0;
    bool output_held_ = false;
};

/// Runs the script as it is; with every byte arriving by itself; and, for each of its steps, each
/// Fault and each Recovery, with that step failing instead and the rest of it left out.
void run_every_way(
    const std::function<void(SessionScript&)>& script,
    const session::Config& config = script_config()
);

}  // namespace kazoo::testing_support
