// SPDX-License-Identifier: Apache-2.0
#include "support/session_script.hpp"

#include "codec/auth.hpp"
#include "codec/connect.hpp"
#include "codec/decoder.hpp"
#include "codec/requests.hpp"
#include "codec/watches.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

namespace kazoo::testing_support {

using codec::Opcode;
using namespace std::chrono_literals;

namespace {

constexpr const char* password = "0123456789abcdef";

}  // namespace

session::Config script_config() {
    session::Config config;
    config.hosts = {{"zk1", 2181}};
    config.randomize_hosts = false;
    return config;
}

SessionScript::SessionScript(session::Config config) : session_(std::move(config)) {}

void SessionScript::accepted(std::error_code error) {
    EXPECT_EQ(error, std::error_code());
}

detail::RefPtr<Party> SessionScript::party(const std::string& name) {
    auto& known = parties_[name];
    if (!known) {
        known = detail::make_ref<Party>(name);
    }
    return known;
}

// --- the user ---

void SessionScript::start() {
    input([&] { session_.start(now_); });
    settle();
}

std::error_code SessionScript::ask(const std::string& name, Opcode op, const RequestOptions& how) {
    session::RequestSpec call;
    call.op = op;
    call.request = party(name);
    call.deadline = how.deadline;
    call.issued = now_;
    call.resend = how.resend;
    call.reserved = how.reserved;
    if (!how.watcher.empty()) {
        call.watcher = party(how.watcher);
        call.watch_kind = how.kind;
        call.watch_path = how.path;
    }
    const auto submit = [&]() -> session::RequestQueue::Accepted {
        const bool watch = !how.watcher.empty();
        switch (op) {
            case Opcode::set_data:
                return session_.submit(call, codec::SetDataRequest{how.path, how.data, -1});
            case Opcode::add_watch:
                return session_.submit(
                    call,
                    codec::AddWatchRequest{how.path, how.kind == session::WatchKind::recursive}
                );
            case Opcode::remove_watches:
                call.watch_path = how.path;
                call.removes = how.removes;
                return session_.remove_watches(call);
            case Opcode::sync:
                return session_.submit(call, codec::SyncRequest{how.path});
            default:
                return session_.submit(call, codec::GetDataRequest{how.path, watch});
        }
    };
    session::RequestQueue::Accepted result;
    use([&] { result = submit(); });
    if (!result.error) {
        EXPECT_GT(result.id, last_id_);
        EXPECT_TRUE(open_.insert(name).second) << name << " is asked twice";
        last_id_ = ids_[name] = result.id;
    }
    settle();
    return result.error;
}

bool SessionScript::cancel(const std::string& name) {
    bool was_open = false;
    use([&] { was_open = session_.cancel(ids_.at(name), ClientErrc::cancelled); });
    settle();
    return was_open;
}

std::error_code SessionScript::add_auth(const std::string& name, const std::string& credential) {
    std::error_code error;
    const auto owner = party(name);
    use([&] { error = session_.add_auth({"digest", credential}, owner); });
    if (!error) {
        open_auths_.insert(name);
    }
    settle();
    return error;
}

void SessionScript::close() {
    use([&] { session_.close(now_); });
    settle();
}

void SessionScript::detach() {
    use([&] { session_.detach(now_); });
    settle();
}

bool SessionScript::reset_zxid() {
    bool did = false;
    use([&] { did = session_.reset_zxid(now_); });
    settle();
    return did;
}

// --- the clock ---

void SessionScript::pass(milliseconds time) {
    const auto end = now_ + time;
    while (session_.next_deadline() <= end) {
        now_ = std::max(now_, session_.next_deadline());
        settle();
        if (session_.next_deadline() <= now_) {
            return;  // settle() has reported a failure
        }
    }
    now_ = end;
    settle();
}

void SessionScript::pause(milliseconds time) {
    now_ += time;
    settle();
}

milliseconds SessionScript::until_deadline() const {
    return std::chrono::duration_cast<milliseconds>(session_.next_deadline() - now_);
}

// --- the network ---

void SessionScript::connected() {
    step();
    ASSERT_EQ(network_, Network::connecting);
    network_ = Network::open;
    asked_ = greeted_ = requests_flow_ = false;
    owed_.clear();
    auths_owed_ = restores_owed_ = pings_owed_ = 0;
    sasl_owed_ = 0;
    input([&] { session_.on_connected(attempt_, now_); });
    settle();
}

void SessionScript::closed(std::string_view why) {
    step();
    network_ = Network::idle;
    const auto error = std::make_error_code(std::errc::connection_reset);
    input([&] { session_.on_closed(attempt_, error, now_, why); });
    settle();
}

void SessionScript::bytes(std::span<const std::byte> all) {
    step();
    deliver(all);
}

void SessionScript::deliver_reply(std::int32_t xid, std::span<const std::byte> frame) {
    step();
    if (xid > 0) {
        std::erase(owed_, xid);
    } else {
        auto* const debt = xid == codec::ping_xid          ? &pings_owed_
                           : xid == codec::auth_xid        ? &auths_owed_
                           : xid == codec::set_watches_xid ? &restores_owed_
                                                           : nullptr;
        if (debt != nullptr && *debt > 0) {
            --*debt;
        }
    }
    deliver(frame);
}

void SessionScript::deliver(std::span<const std::byte> all) {
    ASSERT_EQ(network_, Network::open);
    const auto attempt = attempt_;
    while (!all.empty() && network_ == Network::open && attempt == attempt_) {
        const auto size = piece_ == 0 ? all.size() : std::min(piece_, all.size());
        // A copy that is freed afterwards: sanitizers detect later accesses.
        const std::vector<std::byte> piece(all.begin(), all.begin() + static_cast<long>(size));
        all = all.subspan(size);
        input([&] { session_.on_bytes(attempt_, piece, now_); });
        settle();
    }
}

// --- the server ---

void SessionScript::welcome(const HandshakeReply& handshake_reply) {
    EXPECT_TRUE(asked_) << "no ConnectRequest was sent";
    codec::ConnectResponse response;
    response.protocol_version = handshake_reply.version;
    response.timeout_ms = handshake_reply.timeout_ms;
    response.passwd.value = password;
    response.read_only = handshake_reply.read_only;
    response.has_read_only = handshake_reply.has_read_only;
    if (handshake_reply.timeout_ms > 0) {
        response.session_id = handshake_reply.id != 0 ? handshake_reply.id : asked_id_;
        if (response.session_id == 0) {
            response.session_id = ++fresh_id_;
        }
    }
    base::Buffer frame;
    codec::append_frame(frame, response);
    step();
    greeted_ = true;
    deliver(frame.span());
}

void SessionScript::sasl_step(session::SaslAnswer::Kind kind, const std::string& text) {
    session::SaslAnswer answer;
    answer.kind = kind;
    answer.text = text;
    answer.mechanism = "TOY";
    EXPECT_NE(sasl_asked_, 0U) << "the mechanism has not been asked";
    step();
    const auto attempt = std::exchange(sasl_asked_, 0);
    input([&] { session_.on_sasl(attempt, answer, now_); });
    settle();
}

void SessionScript::sasl_reply(std::optional<std::string_view> challenge, std::int32_t err) {
    const auto xid = std::exchange(sasl_owed_, 0);
    codec::SaslReply body;
    body.token.value = challenge;
    reply({xid, 0, err}, body);
}

void SessionScript::sasl_reply_of_bytes(std::span<const std::byte> body, std::int32_t err) {
    const auto xid = std::exchange(sasl_owed_, 0);
    base::Buffer frame;
    codec::append_frame(frame, codec::ReplyHeader{xid, 0, err});
    frame.append(body.data(), body.size());
    frame.patch_i32(0, static_cast<std::int32_t>(frame.size() - 4));
    deliver_reply(xid, frame.span());
}

void SessionScript::notify(std::int32_t type, const std::string& path, std::int64_t zxid) {
    reply({codec::watch_xid, zxid, 0}, codec::WatcherEvent{type, 3, path});
}

void SessionScript::establish(const HandshakeReply& handshake_reply) {
    start();
    reconnect(handshake_reply);
    lines_.clear();
}

void SessionScript::reconnect(const HandshakeReply& handshake_reply) {
    reconnect_until_asked();
    welcome(handshake_reply);
}

void SessionScript::reconnect_until_asked() {
    if (network_ == Network::idle) {
        pass(until_deadline());
    }
    if (network_ != Network::connecting) {
        serve_one();
    }
    connected();
}

bool SessionScript::serve_one() {
    if (question_ != 0) {
        hosts_given({{"zk1", 2181}, {"zk2", 2181}});
        return true;
    }
    switch (network_) {
        case Network::idle:
            if (lookups_.empty()) {
                return false;
            }
            resolved_late(std::string(lookups_.begin()->first));
            return true;
        case Network::resolving:
            resolved();
            return true;
        case Network::connecting:
            connected();
            return true;
        case Network::open:
            break;
    }
    if (sasl_asked_ != 0) {
        sasl_step(session::SaslAnswer::Kind::last_token, "t");
    } else if (sasl_owed_ != 0) {
        sasl_reply("");
    } else if (asked_ && !greeted_) {
        const bool over = asked_id_ != 0 && std::exchange(expire_next_, false);
        welcome(HandshakeReply{.timeout_ms = over ? 0 : 10'000, .read_only = read_only_servers_});
    } else if (auths_owed_ > 0) {
        answer_auth();
    } else if (restores_owed_ > 0) {
        restored();
    } else if (pings_owed_ > 0) {
        pong();
    } else if (!owed_.empty()) {
        answer();
    } else if (probing_ == Network::resolving) {
        probe_resolved({"10.0.0.9"});
    } else if (probing_ == Network::connecting) {
        probe_answered(read_only_servers_ ? "ro" : "rw");
    } else {
        return false;
    }
    return true;
}

void SessionScript::serve() {
    for (int i = 0; serve_one(); ++i) {
        ASSERT_LT(i, 100'000) << "there is always more to answer";
    }
}

void SessionScript::serve_for(milliseconds time) {
    const auto end = now_ + time;
    serve();
    while (session_.next_deadline() <= end) {
        const auto before = now_;
        pass(std::max(until_deadline(), 0ms) + 1ms);
        ASSERT_GT(now_, before);
        serve();
    }
    pass(std::chrono::duration_cast<milliseconds>(std::max(end, now_) - now_));
}

// --- making it fail ---

std::ostream& operator<<(std::ostream& out, Fault fault) {
    constexpr const char* names[] = {"close", "garbage", "silence", "long silence", "user's close"};
    return out << names[static_cast<std::size_t>(fault)];
}

std::ostream& operator<<(std::ostream& out, Recovery recovery) {
    constexpr const char* names[] = {"resumed", "expired", "none"};
    return out << names[static_cast<std::size_t>(recovery)];
}

void SessionScript::step() {
    const auto number = steps_++;
    if (plan_ && plan_->step == number) {
        const auto fault = plan_->fault;
        plan_.reset();
        inject(fault);
        throw Interrupted();
    }
}

void SessionScript::inject(Fault fault) {
    static constexpr std::byte junk[] = {
        std::byte{0xff}, std::byte{0xff}, std::byte{0xff}, std::byte{0xfe}, std::byte{0x2a}};
    switch (fault) {
        case Fault::close:
            return network_ == Network::resolving ? unresolved() : closed();
        case Fault::garbage:
            return network_ == Network::open ? deliver(junk) : inject(Fault::close);
        case Fault::silence:
            return pass(7s);
        case Fault::long_silence:
            return pass(30s);
        case Fault::user_close:
            return close();
    }
}

void SessionScript::finish(Recovery recovery) {
    expire_next_ = recovery == Recovery::expired;
    read_only_servers_ = false;
    if (recovery == Recovery::none) {
        pass(30s);
        EXPECT_LE(open_.size(), session_.requests()) << "neither over nor queued";
    } else {
        serve_for(30s);
        EXPECT_TRUE(open_.empty()) << *open_.begin() << " was never answered";
        EXPECT_TRUE(session_.finished() || kazoo_state(state_) == KazooState::CONNECTED)
            << to_string(state_);
    }
    close();
    if (recovery == Recovery::none) {
        pass(30s);
    } else {
        serve_for(1s);
    }
    check_idle();
}

void SessionScript::check_idle() {
    EXPECT_TRUE(session_.finished());
    EXPECT_EQ(kazoo_state(state_), KazooState::LOST);
    EXPECT_EQ(session_.requests(), 0U);
    EXPECT_EQ(session_.watches(), 0U);
    EXPECT_EQ(session_.next_deadline(), TimePoint::max());
    EXPECT_NE(network_, Network::open) << "the connection was not closed";
    EXPECT_TRUE(open_.empty() && open_auths_.empty() && open_waits_.empty());
    for (const auto& [name, waiting] : parties_) {
        EXPECT_TRUE(waiting->sole_owner()) << name << " is still held";
    }
}

void run_every_way(
    const std::function<void(SessionScript&)>& script, const session::Config& config
) {
    std::size_t steps = 0;
    {
        SCOPED_TRACE("as written");
        SessionScript plain(config);
        script(plain);
        steps = plain.steps();
    }
    {
        SCOPED_TRACE("byte by byte");
        SessionScript pieces(config);
        pieces.deliver_in_pieces(1);
        script(pieces);
    }
    for (std::size_t step = 0; step < steps; ++step) {
        for (const auto fault :
             {Fault::close,
              Fault::garbage,
              Fault::silence,
              Fault::long_silence,
              Fault::user_close}) {
            for (const auto recovery : {Recovery::resumed, Recovery::expired, Recovery::none}) {
                std::ostringstream what;
                what << "step " << step << ": " << fault << ", then " << recovery;
                SCOPED_TRACE(what.str());
                SessionScript failing(config);
                failing.plan(step, fault);
                EXPECT_THROW(script(failing), Interrupted);
                failing.finish(recovery);
            }
        }
    }
}

}  // namespace kazoo::testing_support
