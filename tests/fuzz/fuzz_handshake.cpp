// SPDX-License-Identifier: Apache-2.0
// Fuzzes the first frames of a connection: any reply to a client, any connect frame to a server.
#include "codec/connect.hpp"
#include "fuzz/harness.hpp"
#include "server/member/server_node.hpp"
#include "session/handshake.hpp"
#include "session/session.hpp"

#include <algorithm>
#include <array>

namespace kazoo::fuzz {
namespace {

using std::chrono::milliseconds;

/// The frame preceded by its length.
std::vector<std::byte> with_length(const std::vector<std::byte>& frame) {
    std::vector<std::byte> all(4);
    base::store_be32(all.data(), static_cast<std::uint32_t>(frame.size()));
    all.insert(all.end(), frame.begin(), frame.end());
    return all;
}

/// Calls `take` with each piece, in memory that is freed afterwards.
template <class Take>
void in_pieces(std::span<const std::byte> all, std::size_t size, Take take) {
    while (!all.empty()) {
        const auto piece = all.first(std::min(std::max<std::size_t>(size, 1), all.size()));
        take(std::vector<std::byte>(piece.begin(), piece.end()));
        all = all.subspan(piece.size());
    }
}

void drain(session::Session& session) {
    while (session.next_action()) {
    }
    base::Buffer out;
    session.take_output(out);
    std::array<session::Event, 16> events;
    while (session.take_events(events) > 0) {
    }
}

session::ConnectResult check_connect_response(
    const std::vector<std::byte>& frame, const session::Identity& wanted
) {
    auto result = session::read_connect_response(frame, wanted);
    if (result.kind != session::ConnectResult::Kind::established) {
        require(*result.reason != '\0', "a refusal has a reason");
        return result;
    }
    require(result.identity.id != 0, "a session has an id");
    require(result.timeout > milliseconds(0), "a session has a timeout");
    require(wanted.id == 0 || result.identity.id == wanted.id, "it is the requested session");
    return result;
}

void greet_client(Input& input) {
    session::Config config;
    config.hosts = {{"zk1", 2181}};
    config.read_only = input.flag();
    config.session_id = input.flag() ? input.integer<std::int64_t>() : 0;
    const auto piece = input.below(64);
    const auto frame = input.rest();
    session::Identity wanted;
    wanted.id = config.session_id;
    const auto result = check_connect_response(frame, wanted);

    session::Session session(config);
    TimePoint now{std::chrono::hours(1)};
    session.start(now);
    session.on_resolved(1, {}, {{"10.0.0.1", 2181}}, now);
    session.on_connected(2, now);
    drain(session);
    in_pieces(with_length(frame), piece, [&](const std::vector<std::byte>& bytes) {
        session.on_bytes(2, bytes, now);
        drain(session);
    });
    const bool served =
        session.state() == KeeperState::CONNECTED || session.state() == KeeperState::CONNECTED_RO;
    if (frame.size() <= 1024) {
        const bool expected = result.kind == session::ConnectResult::Kind::established &&
                              (config.read_only || !result.read_only);
        require(served == expected, "the session agrees with the handshake");
    } else {
        require(!served, "no handshake is that long");
    }
    for (int i = 0; i < 8 && session.next_deadline() != TimePoint::max(); ++i) {
        now = std::max(now, session.next_deadline());
        session.on_timeout(now);
        drain(session);
    }
    require(session.next_deadline() > now, "no timer spins");
}

void greet_server(Input& input) {
    server::DatabaseOptions options;
    options.profile.keeper = input.flag();
    server::Database state(options);
    server::ServerNode member(state, {});
    member.faults().read_only = input.flag();
    const auto piece = input.below(64);
    const auto frame = input.rest();
    const server::Time now{
        server::SteadyTime(server::Milliseconds(1'000'000)),
        server::WallTime(server::Milliseconds(1'700'000'000'000))};

    const auto id = member.open("10.0.0.1", 40'000, now);
    in_pieces(with_length(frame), piece, [&](const std::vector<std::byte>& bytes) {
        member.on_bytes(id, bytes, now);
    });
    require(state.sessions().size() <= 1, "a handshake creates one session");
    base::Buffer out;
    member.take_output(id, out);
    if (out.empty()) {
        require(
            member.over(id) || frame.size() < 44, "a complete handshake is answered or refused"
        );
        return;
    }
    require(out.size() == 4 + base::load_be32(out.data()), "the answer is one frame");
    codec::Decoder in(out.span().subspan(4));
    codec::ConnectResponse answer;
    require(codec::decode_connect_response(in, answer), "the answer is well-formed");
    require(in.remaining() == 0, "no bytes follow it");
    require((answer.timeout_ms > 0) != member.over(id), "who has no session is sent away");
    require(answer.session_id != 0 || answer.timeout_ms == 0, "a session has an id");
}

}  // namespace
}  // namespace kazoo::fuzz

/// The input: a flag for the side, its circumstances, the size of the pieces in which the frame
/// arrives, and the frame.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    kazoo::fuzz::Input input(data, size);
    input.flag() ? kazoo::fuzz::greet_server(input) : kazoo::fuzz::greet_client(input);
    return 0;
}
