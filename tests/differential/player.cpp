// SPDX-License-Identifier: Apache-2.0
#include "player.hpp"

#include "requests.hpp"

#include <algorithm>
#include <utility>

namespace kazoo::differential {
namespace {

using codec::Opcode;
using Kind = Target::Received::Kind;

/// Time for an expected close; a missing close counts as a difference.
constexpr std::chrono::seconds close_limit{30};
constexpr std::size_t most_unsent = 64 * 1024;
constexpr std::int64_t far_future = 1'000'000'000;

}  // namespace

Transcript Player::play(const Script& script, const std::string& root) {
    clients_ = {};
    passwords_.clear();
    transcript_ = {};
    names_ = {};
    root_ = root;
    latest_zxid_ = admin_.create(root);
    names_.start(latest_zxid_);
    for (step_ = 0; step_ < script.steps.size(); ++step_) {
        perform(script.steps[step_]);
    }
    barrier();
    end(root);
    return std::move(transcript_);
}

void Player::end(const std::string& root) {
    auto tree = admin_.look(root, names_);
    for (auto& entry : tree.entries) {
        entry.step = step_;
    }
    transcript_[slots] = std::move(tree.entries);
    for (auto& client : clients_) {
        if (client.link) {
            target_.close(*client.link);
        }
    }
    for (const auto& [id, password] : passwords_) {
        admin_.end_session(id, password);
    }
    admin_.remove(tree.paths);
}

void Player::perform(const Step& step) {
    settle_others(step.slot);
    if (step.alone) {
        settle(step.slot);
    }
    switch (step.kind) {
        case Step::Kind::request:
            return request(step);
        case Step::Kind::bytes:
            return raw_bytes(step);
        case Step::Kind::disconnect:
            return disconnect(step);
        case Step::Kind::connect:
        case Step::Kind::resume:
            return shake_hands(step);
    }
}

void Player::request(const Step& step) {
    auto& client = clients_[step.slot];
    if (!client.link) {
        return;
    }
    const bool ends_session = step.op == Opcode::close_session;
    Marks before{};
    if (ends_session) {
        barrier();
        before = marks();
    }
    const auto xid = step.xid.value_or(static_cast<std::int32_t>(step_) + 1);
    client.unsent += frame_of(header_of(xid, step.op), body_of(step));
    client.pending.push_back({step_, step.op});
    if (client.unsent.size() > most_unsent || step.alone) {
        settle(step.slot);
    }
    if (step.closes) {
        expect_close(step.slot);
    }
    if (ends_session) {
        passwords_.erase(client.session);
        barrier();
        sort_notifications(before);
    }
}

std::string Player::body_of(const Step& step) const {
    auto body = with_root(step.body, root_);
    if (step.zxid_back) {
        std::byte zxid[8];
        base::store_be64(zxid, static_cast<std::uint64_t>(latest_zxid_ - *step.zxid_back));
        body.replace(0, sizeof zxid, reinterpret_cast<const char*>(zxid), sizeof zxid);
    }
    return body;
}

void Player::raw_bytes(const Step& step) {
    auto& client = clients_[step.slot];
    barrier(step.slot);
    if (client.link) {
        target_.send(*client.link, step.body);
        expect_close(step.slot);
    }
}

void Player::disconnect(const Step& step) {
    auto& client = clients_[step.slot];
    barrier(step.slot);
    if (client.link) {
        target_.close(*client.link);
        client.link.reset();
    }
}

void Player::shake_hands(const Step& step) {
    auto& client = clients_[step.slot];
    if (step.kind == Step::Kind::connect) {
        disconnect(step);
    }
    barrier(step.slot);
    const auto link = target_.open();
    target_.send(link, connect_request(step));
    const bool accepted = accept(step, link);
    if (client.link && accepted) {
        expect_close(step.slot);
    }
    if (client.link && step.wrong_password) {
        expect_close(step.slot);  // closed before the password is checked
    }
    if (accepted) {
        if (client.link) {
            target_.close(*client.link);
        }
        client.link = link;
    } else {
        target_.close(link);
    }
}

std::string Player::connect_request(const Step& step) const {
    const auto& client = clients_[step.slot];
    const bool resumes = step.kind == Step::Kind::resume && client.session != 0;
    std::string password = resumes ? client.password : std::string(16, '\0');
    if (step.wrong_password) {
        password[3] = static_cast<char>(password[3] ^ 1);
    }
    codec::ConnectRequest request;
    request.timeout_ms = step.timeout_ms;
    request.session_id = resumes ? client.session + (step.unknown_session ? 1 << 20 : 0) : 0;
    request.passwd = {password};
    request.read_only = step.read_only;
    request.has_read_only = step.sends_read_only;
    if (step.seen != Step::Seen::nothing) {
        request.last_zxid_seen = latest_zxid_ + (step.seen == Step::Seen::future ? far_future : 0);
    }
    return frame_of(bytes_of(request));
}

bool Player::accept(const Step& step, Target::Link link) {
    const auto received = target_.receive(link, answer_limit);
    if (received.kind != Kind::frame) {
        note(step.slot, "no answer to the handshake");
        return false;
    }
    codec::Decoder in(std::as_bytes(std::span(received.bytes)));
    codec::ConnectResponse response;
    const auto size = std::to_string(received.bytes.size()) + " bytes";
    if (!decode_connect_response(in, response)) {
        note(step.slot, "an odd answer to the handshake, " + size);
        return false;
    }
    const std::string password(response.passwd.value.value_or(""));
    if (response.session_id == 0) {
        const bool zeros = password == std::string(16, '\0');
        const bool closed = target_.receive(link, close_limit).kind == Kind::closed;
        note(
            step.slot,
            "the session has ended, " + size + (zeros ? "" : ", with a password") +
                (closed ? "" : ", left open")
        );
        return false;
    }
    auto& client = clients_[step.slot];
    if (!passwords_.count(response.session_id)) {
        names_.add_session(response.session_id);
        passwords_[response.session_id] = password;
    }
    const bool same = client.session == response.session_id && client.password == password;
    client.session = response.session_id;
    client.password = password;
    response.session_id = names_.session(response.session_id);
    note(
        step.slot,
        to_string(response) + ' ' + size + (same ? " as before" : " new") +
            (password.size() == 16 ? "" : " with an odd password")
    );
    return true;
}

void Player::settle_others(std::size_t slot) {
    for (std::size_t other = 0; other < slots; ++other) {
        if (other != slot) {
            settle(other);
        }
    }
}

/// Sends pending requests and returns once all replies have arrived.
void Player::settle(std::size_t slot) {
    auto& client = clients_[slot];
    if (client.link && !client.unsent.empty()) {
        target_.send(*client.link, client.unsent);
        client.unsent.clear();
    }
    while (client.link && !client.pending.empty()) {
        const auto received = target_.receive(*client.link, answer_limit);
        if (received.kind == Kind::frame) {
            take_frame(slot, received.bytes);
        } else {
            lose(slot, received.kind == Kind::closed ? "closed" : "no answer");
        }
    }
}

/// Collects the pending notifications of all clients.
void Player::barrier() {
    for (std::size_t slot = 0; slot < slots; ++slot) {
        barrier(slot);
    }
}

void Player::barrier(std::size_t slot) {
    settle(slot);
    auto& client = clients_[slot];
    if (client.link) {
        client.unsent = frame_of(header_of(codec::ping_xid, Opcode::ping));
        client.pending.push_back({step_, Opcode::ping});
        settle(slot);
    }
}

void Player::expect_close(std::size_t slot) {
    auto& client = clients_[slot];
    while (client.link) {
        const auto received = target_.receive(*client.link, close_limit);
        if (received.kind == Kind::frame) {
            take_frame(slot, received.bytes);
        } else if (received.kind == Kind::closed) {
            return lose(slot, "closed");
        } else {
            return note(slot, "still open");
        }
    }
}

void Player::take_frame(std::size_t slot, const std::string& frame) {
    auto& client = clients_[slot];
    const auto awaited = client.pending.empty() ? Pending{step_, {}} : client.pending.front();
    auto entry = masked(awaited.op, frame, names_);
    if (entry.notification) {
        transcript_[slot].push_back(std::move(entry));
        ++client.loose;
        return;
    }
    if (!client.pending.empty()) {
        client.pending.pop_front();
    } else {
        entry.text += " (unasked)";
    }
    codec::Decoder in(std::as_bytes(std::span(frame)));
    codec::ReplyHeader header;
    if (decode(in, header)) {
        latest_zxid_ = std::max(latest_zxid_, header.zxid);
    }
    note(slot, awaited.step, std::move(entry));
}

void Player::lose(std::size_t slot, const std::string& why) {
    auto& client = clients_[slot];
    const auto step = client.pending.empty() ? step_ : client.pending.front().step;
    Entry entry;
    entry.text = why;
    if (!client.pending.empty()) {
        entry.text += ", " + std::to_string(client.pending.size()) + " without a reply";
    }
    client.pending.clear();
    client.unsent.clear();
    target_.close(*client.link);
    client.link.reset();
    note(slot, step, std::move(entry));
}

void Player::note(std::size_t slot, std::size_t step, Entry entry) {
    entry.step = step;
    auto& entries = transcript_[slot];
    entries.push_back(std::move(entry));
    for (auto& loose = clients_[slot].loose; loose > 0; --loose) {
        entries[entries.size() - 1 - loose].step = step;
    }
}

void Player::note(std::size_t slot, const std::string& text) {
    Entry entry;
    entry.text = text;
    note(slot, step_, std::move(entry));
}

Player::Marks Player::marks() const {
    Marks marks{};
    for (std::size_t slot = 0; slot < slots; ++slot) {
        marks[slot] = transcript_[slot].size();
    }
    return marks;
}

/// Sorts the notifications since `since`, up to the first reply; masks "order of the nodes that a
/// closed session deletes".
void Player::sort_notifications(const Marks& since) {
    for (std::size_t slot = 0; slot < slots; ++slot) {
        auto& entries = transcript_[slot];
        const auto first = entries.begin() + static_cast<std::ptrdiff_t>(since[slot]);
        const auto last = std::find_if(first, entries.end(), [](const Entry& entry) {
            return !entry.notification;
        });
        std::sort(first, last, [](const Entry& a, const Entry& b) { return a.exact < b.exact; });
    }
}

}  // namespace kazoo::differential
