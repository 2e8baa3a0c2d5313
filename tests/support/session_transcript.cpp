// SPDX-License-Identifier: Apache-2.0
// The part of SessionScript that records the output of a session and checks its invariants, and the
// waits for room.
#include "codec/auth.hpp"
#include "codec/connect.hpp"
#include "codec/decoder.hpp"
#include "codec/watches.hpp"
#include "support/session_script.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace kazoo::testing_support {

using codec::Opcode;

namespace {

std::string name_of(const session::Cookie& owner) {
    return static_cast<Party&>(*owner).name;
}

std::string listed(const std::vector<std::string_view>& paths) {
    std::string text = "[";
    for (const auto path : paths) {
        text += (text.size() > 1 ? " " : "") + std::string(path);
    }
    return text + "]";
}

std::string protection(const base::Endpoint& endpoint) {
    return endpoint.tls ? " with TLS as " + endpoint.name : "";
}

}  // namespace

void SessionScript::settle() {
    drain();
    for (int turns = 0; session_.next_deadline() <= now_; ++turns) {
        if (turns == 100) {
            ADD_FAILURE() << "something is always due: a timer would spin";
            return;
        }
        input([&] { session_.on_timeout(now_); });
        drain();
    }
}

void SessionScript::drain() {
    std::vector<session::Action> actions;
    while (auto action = session_.next_action()) {
        actions.push_back(std::move(*action));
    }
    base::Buffer out;
    if (!output_held_) {
        bool any = false;
        exposed(true);
        any = session_.take_output(out);
        exposed(false);
        EXPECT_EQ(any, !out.empty());
        if (any) {
            session_.on_written(now_);
        }
    }
    std::array<session::Event, 3> events;  // small, so that several calls are needed
    while (const auto taken = session_.take_events(events, callbacks_)) {
        for (std::size_t i = 0; i < taken; ++i) {
            std::visit([this](auto& e) { note(e); }, events[i]);
        }
    }
    for (const auto& action : actions) {
        std::visit([this](const auto& a) { note(a); }, action);
    }
    codec::FrameReader reader(codec::max_frame_length);
    reader.feed(out.span());
    for (auto item = reader.next(); item.kind != codec::FrameItem::Kind::none;
         item = reader.next()) {
        ASSERT_EQ(item.kind, codec::FrameItem::Kind::frame);
        note_frame(item.bytes);
    }
    EXPECT_EQ(reader.buffered(), 0U) << "half a frame was sent";
    EXPECT_EQ(session_.state(), state_) << "a state without its event";
    EXPECT_LE(open_.size(), session_.requests()) << "neither over nor queued";
}

// --- waits ---

std::error_code SessionScript::wait_for_room(const std::string& name, session::Callbacks fails_at) {
    session::RequestQueue::Accepted result;
    const auto owner = party(name);
    use([&] { result = session_.wait_for_room(owner, callbacks_, fails_at); });
    if (result.id != 0) {
        open_waits_.insert(name);
        ids_[name] = result.id;
    } else if (!result.error) {
        lines_.push_back(name + " ok");
    }
    settle();
    return result.error;
}

std::error_code SessionScript::refresh_hosts(const std::string& name, bool rebalances) {
    session::RequestQueue::Accepted result;
    const auto owner = party(name);
    use([&] { result = session_.refresh_hosts(owner, rebalances); });
    if (result.id != 0) {
        open_waits_.insert(name);
        ids_[name] = result.id;
    }
    settle();
    return result.error;
}

bool SessionScript::withdraw(const std::string& name) {
    bool done = false;
    use([&] { done = session_.withdraw(ids_.at(name)); });
    if (done) {
        EXPECT_EQ(open_.erase(name) + open_waits_.erase(name), 1U);
    }
    settle();
    return done;
}

// --- events ---

void SessionScript::note(session::ReplyEvent& event) {
    const auto name = name_of(event.request);
    event.request = {};
    std::string removed;
    if (const auto* const order = dynamic_cast<session::RemovedWatches*>(event.watcher.get())) {
        removed = "removed";
        for (const auto& watcher : order->watchers) {
            removed += " " + name_of(watcher.owner);
        }
    } else if (event.watcher) {
        ++returned_unregistered_[name_of(event.watcher)];
    }
    event.watcher = {};
    EXPECT_EQ(open_.erase(name) + open_auths_.erase(name) + open_waits_.erase(name), 1U)
        << name << " does not wait";
    if (!removed.empty()) {
        lines_.push_back(std::move(removed));
    }
    if (event.error) {
        EXPECT_TRUE(event.body.empty());
        lines_.push_back(name + " " + error_name(event.error) + " " + to_string(event.outcome));
        return;
    }
    bodies_[name].assign(reinterpret_cast<const char*>(event.body.data()), event.body.size());
    lines_.push_back(name + " ok");
}

void SessionScript::note(session::WatchFired& event) {
    WatchedEvent told(event.type, event.state);
    if (event.type != EventType::NONE) {
        told.path = event.path();
    }
    if (event.zxid != 0) {
        told.zxid = event.zxid;
    }
    EXPECT_FALSE(event.watchers.empty()) << "an event for nobody";
    std::string line = std::string("watch ") + to_string(told.type) + " " +
                       told.path.value_or(to_string(told.state)) + " ->";
    std::set<std::string> names;
    for (const auto& watcher : event.watchers) {
        line += " " + name_of(watcher.owner);
        EXPECT_TRUE(names.insert(name_of(watcher.owner)).second) << "told twice";
    }
    watched_.push_back(std::move(told));
    lines_.push_back(std::move(line));
}

void SessionScript::note(session::StateEvent& event) {
    EXPECT_TRUE(session::is_transition(state_, event.state))
        << to_string(state_) << " -> " << to_string(event.state);
    state_ = event.state;
    lines_.push_back(to_string(event.state));
}

void SessionScript::note(session::WatchGap&) {
    lines_.emplace_back("gap");
}

void SessionScript::note(session::LogEvent& event) {
    logs_.push_back(std::string(to_string(event.level)) + ": " + event.text);
}

// --- actions ---

void SessionScript::note(const session::ResolveAction& action) {
    EXPECT_GT(action.attempt, std::max(attempt_, probe_));
    const auto host = to_string(action.host);
    lines_.push_back("resolve " + host);
    lookups_[host] = action.attempt;
    if (state_ == KeeperState::CONNECTED_RO) {
        probe_ = action.attempt;
        probing_ = Network::resolving;
        return;
    }
    EXPECT_TRUE(network_ == Network::idle || network_ == Network::resolving)
        << "the last attempt is not given up";
    attempt_ = action.attempt;
    last_lookup_ = host;
    network_ = Network::resolving;
}

void SessionScript::note(const session::ProbeAction& action) {
    EXPECT_GT(action.attempt, std::max(attempt_, probe_));
    const bool asks_zxid = action.word == session::ProbeAction::Word::srvr;
    EXPECT_EQ(state_, asks_zxid ? KeeperState::CONNECTING : KeeperState::CONNECTED_RO);
    probe_ = action.attempt;
    probing_ = Network::connecting;
    lines_.push_back(
        (asks_zxid ? "srvr " : "probe ") + action.endpoint.address + protection(action.endpoint)
    );
}

void SessionScript::note(const session::ConnectAction& action) {
    EXPECT_GT(action.attempt, std::max(attempt_, probe_));
    EXPECT_TRUE(network_ == Network::idle || network_ == Network::resolving)
        << "the last attempt is not given up";
    attempt_ = action.attempt;
    network_ = Network::connecting;
    lines_.push_back(
        "connect " + action.endpoint.address + ":" + std::to_string(action.endpoint.port) +
        protection(action.endpoint)
    );
}

void SessionScript::note(const session::AskHostsAction& action) {
    EXPECT_EQ(question_, 0U) << "there is one question at a time";
    question_ = action.question;
    lines_.push_back("ask for hosts");
}

void SessionScript::note(const session::SaslAction& action) {
    EXPECT_EQ(action.attempt, attempt_) << "of another connection";
    EXPECT_EQ(sasl_asked_, 0U) << "there is one step at a time";
    EXPECT_TRUE(greeted_ && network_ == Network::open);
    EXPECT_EQ(state_, KeeperState::CONNECTING);
    sasl_asked_ = action.attempt;
    lines_.push_back(action.begins ? "sasl begins" : "sasl challenge \"" + action.challenge + "\"");
}

void SessionScript::note(const session::DisconnectAction&) {
    network_ = probing_ = Network::idle;
    sasl_asked_ = 0;
    lines_.push_back("disconnect");
}

// --- frames ---

void SessionScript::note_connect_request(std::span<const std::byte> frame) {
    codec::Decoder decoder(frame);
    codec::ConnectRequest request;
    ASSERT_TRUE(codec::decode_connect_request(decoder, request));
    asked_ = true;
    asked_id_ = request.session_id;
    asked_timeout_ = request.timeout_ms;
    asked_password_ = request.passwd.value.value_or("");
    lines_.push_back(
        "> connect id=" + std::to_string(asked_id_) +
        " zxid=" + std::to_string(request.last_zxid_seen) + (request.read_only ? " ro" : "")
    );
}

void SessionScript::note_frame(std::span<const std::byte> frame) {
    EXPECT_EQ(network_, Network::open) << "output without a connection";
    last_frame_.assign(frame.begin(), frame.end());
    if (!asked_) {
        return note_connect_request(frame);
    }
    frame_sizes_.push_back(frame.size() + 4);
    EXPECT_TRUE(greeted_) << "output before the handshake is over";
    codec::Decoder decoder(frame);
    ASSERT_TRUE(codec::decode(decoder, last_header_));
    const auto& header = last_header_;
    if (header.type == Opcode::sasl) {
        return note_sasl(header, decoder);
    }
    EXPECT_TRUE(header.xid == codec::auth_xid || kazoo_state(state_) == KazooState::CONNECTED)
        << "more than credentials before CONNECTED";
    EXPECT_TRUE(sasl_asked_ == 0 && sasl_owed_ == 0) << "output during the SASL exchange";
    if (header.xid <= 0) {
        return note_special(header, decoder);
    }
    requests_flow_ = true;
    EXPECT_EQ(std::count(owed_.begin(), owed_.end(), header.xid), 0) << "an xid is used twice";
    owed_.push_back(header.xid);
    std::string line = "> " + std::string(name(header.type)) + " " + std::to_string(header.xid);
    if (decoder.remaining() > 0) {
        line += " " + std::string(decoder.ustring());
    }
    lines_.push_back(std::move(line));
}

void SessionScript::note_sasl(const codec::RequestHeader& header, codec::Decoder& body) {
    EXPECT_EQ(state_, KeeperState::CONNECTING);
    EXPECT_EQ(auths_owed_, 0U) << "credentials went before SASL";
    codec::SaslRequest request;
    ASSERT_TRUE(codec::decode(body, request));
    ASSERT_TRUE(request.token.value) << "a null token, at which servers close the connection";
    sasl_owed_ = header.xid;
    lines_.push_back(
        "> sasl " + std::to_string(header.xid) + " \"" + std::string(*request.token.value) + "\""
    );
}

void SessionScript::note_special(const codec::RequestHeader& header, codec::Decoder& body) {
    std::string line = "> " + std::string(name(header.type));
    if (header.type == Opcode::ping) {
        EXPECT_EQ(header.xid, codec::ping_xid);
        EXPECT_EQ(body.remaining(), 0U);
        ++pings_owed_;
    } else if (header.type == Opcode::auth) {
        EXPECT_EQ(header.xid, codec::auth_xid);
        codec::AuthRequest request;
        EXPECT_TRUE(codec::decode(body, request));
        line += " " + std::string(request.scheme) + " " + std::string(request.auth.value.value());
        ++auths_owed_;
    } else {
        EXPECT_EQ(header.xid, codec::set_watches_xid);
        EXPECT_FALSE(requests_flow_) << "a request went before the watches";
        codec::SetWatches2Request all;
        if (header.type == Opcode::set_watches2) {
            EXPECT_TRUE(codec::decode(body, all));
        } else {
            EXPECT_EQ(header.type, Opcode::set_watches);
            codec::SetWatchesRequest plain;
            EXPECT_TRUE(codec::decode(body, plain));
            all.relative_zxid = plain.relative_zxid;
            all.data_watches = plain.data_watches;
            all.exist_watches = plain.exist_watches;
            all.child_watches = plain.child_watches;
        }
        EXPECT_FALSE(body.saw_null());
        line += " " + std::to_string(all.relative_zxid) + " data" + listed(all.data_watches) +
                " exist" + listed(all.exist_watches) + " child" + listed(all.child_watches);
        if (header.type == Opcode::set_watches2) {
            line += " persistent" + listed(all.persistent_watches) + " recursive" +
                    listed(all.persistent_recursive_watches);
        }
        ++restores_owed_;
    }
    lines_.push_back(std::move(line));
}

}  // namespace kazoo::testing_support
