// SPDX-License-Identifier: Apache-2.0
// Fuzzes a server, and a second member of its ensemble, with arbitrary clients.
#include "fuzz/mirror.hpp"
#include "fuzz/server_peer.hpp"

#include <array>
#include <deque>

namespace kazoo::fuzz {
namespace {

using codec::Opcode;
using server::DatabaseOptions;
using server::HandshakeFault;
using server::RequestFault;
using server::ServerNode;
using server::ServerNodeOptions;

constexpr int most_steps = 400;
constexpr std::size_t most_peers = 6;

DatabaseOptions read_database_options(Input& input) {
    DatabaseOptions options;
    const auto flags = input.byte();
    options.profile.keeper = (flags & 1U) != 0;
    options.profile.filters_events = (flags & 2U) != 0;
    options.profile.minor = (flags & 4U) != 0 ? 9 : static_cast<int>(4 + input.below(6));
    options.super_digest = (flags & 8U) != 0 ? "super:D/InIHSb7yEEbrWz8b9l71RjZJU=" : "";
    options.ttl_nodes = (flags & 16U) == 0;
    return options;
}

ServerNodeOptions node_options(bool replica) {
    ServerNodeOptions options;
    options.max_frame = 2000;
    options.pause_output = 2000;
    options.max_output = 20'000;
    options.max_connections = most_peers - 1;
    options.replica = replica;
    options.turn_requests = 3;
    options.turn_output = 500;
    return options;
}

class World {
public:
    explicit World(Input& input) : input_(input), state_(read_database_options(input)) {}

    void run() {
        for (int steps = 0; steps < most_steps && !input_.empty(); ++steps) {
            step();
            take_turns();
            read_all();
        }
        end();
    }

private:
    ServerNode& a_member() { return input_.flag() ? first_ : second_; }

    void step() {
        if (peers_.empty()) {
            return open();
        }
        Peer& peer = peers_[input_.below(peers_.size())];
        switch (input_.below(24)) {
            case 0:
                return open();
            case 1:
                return peer.send_anything(input_.bytes(input_.byte()), now_);
            case 2:
                return resume(peer);
            case 3:
                return pass(input_.integer<std::uint16_t>());
            case 4:
            case 5:
                return pass(input_.byte());
            case 6:
                return misbehave();
            case 7:
                stalled_ = input_.flag();
                return;
            case 8:
                return close(peer);
            case 9:
                return anything(peer);
            case 10:
            case 11:
                return about_connection(peer);
            case 12:
            case 13:
                return set_watches(peer);
            case 14:
            case 15:
                return multi(peer);
            case 16:
            case 17:
            case 18:
                return read(peer);
            default:
                return write(peer);
        }
    }

    /// Until no request waits for a turn.
    void take_turns() {
        for (ServerNode* member : {&first_, &second_}) {
            for (int turns = 0; member->turns_wait(); ++turns) {
                require(turns < most_steps * 1000, "turns come to an end");
                static_cast<void>(member->next_turn(now_));
            }
        }
    }

    // Connections and time.

    void open() {
        if (peers_.size() >= most_peers) {
            return;
        }
        Peer& peer = peers_.emplace_back(a_member(), node_options(false).max_output, now_);
        if (input_.below(8) != 0) {
            peer.greet({0, 0, 10'000, 0, {}, input_.flag()}, now_);
        }
    }

    void resume(Peer& peer) {
        const SessionTicket& known = peers_[input_.below(peers_.size())].session_ticket();
        codec::ConnectRequest request;
        request.last_zxid_seen = input_.integer<std::int8_t>();
        request.timeout_ms = input_.integer<std::int32_t>();
        request.session_id = known.session;
        request.passwd.value = known.password;
        request.has_read_only = input_.flag();
        request.read_only = request.has_read_only && input_.flag();
        if (input_.below(4) == 0) {
            request.session_id = input_.integer<std::int64_t>();
        }
        peer.greet(request, now_);
    }

    void pass(std::int64_t milliseconds) {
        now_.steady += server::Milliseconds(milliseconds);
        now_.wall += server::Milliseconds(milliseconds);
        state_.on_time(now_);
        first_.on_time(now_);
        second_.on_time(now_);
    }

    void close(const Peer& peer) {
        for (auto at = peers_.begin(); at != peers_.end(); ++at) {
            if (&*at == &peer) {
                at->close(now_);
                peers_.erase(at);
                return;
            }
        }
    }

    void read_all() {
        if (stalled_) {
            return;
        }
        for (auto at = peers_.begin(); at != peers_.end();) {
            if (at->read(now_, handshakes_may_fail_)) {
                ++at;
            } else {
                at->close(now_);
                at = peers_.erase(at);
            }
        }
    }

    void misbehave() {
        ServerNode& member = a_member();
        server::FaultTable& faults = member.faults();
        switch (input_.below(8)) {
            case 0:
                faults.handshake = HandshakeFault{static_cast<int>(input_.below(9))};
                faults.handshake_times = static_cast<int>(1 + input_.below(3));
                handshakes_may_fail_ = true;
                break;
            case 1:
                faults.read_only = input_.flag();
                break;
            case 2:
                second_.faults().lagging = input_.flag();
                second_.on_faults_changed(now_);
                break;
            case 3:
                member.drop_connections(0, now_);
                break;
            case 4:
                faults.clear();
                break;
            default:
                faults.add(read_fault());
        }
        member.on_faults_changed(now_);
    }

    RequestFault read_fault() {
        RequestFault fault;
        fault.kind = RequestFault::Kind{static_cast<int>(input_.below(5))};
        if (input_.flag()) {
            fault.op = any_opcode();
        }
        fault.path_prefix = input_.flag() ? path() : "";
        fault.skip = static_cast<int>(input_.below(3));
        fault.times = static_cast<int>(1 + input_.below(5));
        fault.delay = server::Milliseconds(input_.byte());
        fault.err = -1 - static_cast<std::int32_t>(input_.byte());
        return fault;
    }

    // Requests. Their strings live in texts_ until they are sent. At most one argument of a call
    // reads the input, because the order of evaluation is unspecified.

    void anything(Peer& peer) {
        const Opcode op = input_.flag() ? Opcode{input_.integer<std::int8_t>()} : any_opcode();
        peer.request(op, input_.bytes(input_.byte()), now_);
    }

    Opcode any_opcode() { return Opcode{static_cast<std::int32_t>(input_.below(128))}; }

    std::string path() {
        static constexpr std::array<const char*, 13> known{
            "/",
            "/a",
            "/a/b",
            "/a/b/c",
            "/b",
            "/b/s-",
            "/c",
            "/zookeeper",
            "/zookeeper/config",
            "/zookeeper/quota/a",
            "/zookeeper/quota/a/zookeeper_limits",
            "/zookeeper/quota/a/zookeeper_stats",
            "/zookeeper/quota/zookeeper_limits"};
        const std::size_t which = input_.below(known.size() + 3);
        return which < known.size() ? known[which] : input_.text(input_.below(40));
    }
    std::string_view kept(std::string text) { return texts_.emplace_back(std::move(text)); }
    std::string_view kept_path() { return kept(path()); }
    std::int32_t version() { return static_cast<std::int32_t>(input_.below(4)) - 1; }
    std::optional<std::string_view> data() {
        const std::size_t size = input_.byte();
        if (size == 255) {
            return std::nullopt;
        }
        return kept(size > 200 ? std::string(size * 7, 'x') : input_.text(size));
    }
    AclList acl() {
        switch (input_.below(8)) {
            case 0:
                return {};
            case 1:
                return creator_all_acl();
            case 2: {
                const auto scheme = input_.text(input_.below(8));
                return {make_acl(scheme, input_.text(), 31)};
            }
            case 3:
                return {make_acl("ip", "10.0.0.0/8", input_.byte())};
            default:
                return open_acl_unsafe();
        }
    }

    template <class Body>
    void send(Peer& peer, Opcode op, const Body& body) {
        base::Buffer out;
        codec::Encoder encoder(out);
        encode(encoder, body);
        peer.request(op, out.span(), now_);
        texts_.clear();
    }
    template <class Body>
    void send(Peer& peer, const Body& body) {
        send(peer, Body::opcode, body);
    }

    codec::CreateRequest create() {
        return {kept_path(), data(), acl(), static_cast<std::int32_t>(input_.below(8))};
    }

    void write(Peer& peer) {
        switch (input_.below(8)) {
            case 0:
                return send(peer, codec::DeleteRequest{kept_path(), version()});
            case 1:
                return send(peer, codec::SetDataRequest{kept_path(), data(), version()});
            case 2:
                return send(peer, codec::SetAclRequest{kept_path(), acl(), version()});
            case 3: {
                const auto made = create();
                return send(
                    peer,
                    codec::CreateTtlRequest{
                        made.path, made.data, made.acl, made.flags, input_.integer<std::int64_t>()}
                );
            }
            default: {
                const auto op =
                    input_.pick({Opcode::create, Opcode::create2, Opcode::create_container});
                return send(peer, op, create());
            }
        }
    }

    void read(Peer& peer) {
        const bool watch = input_.flag();
        switch (input_.below(8)) {
            case 0:
                return send(peer, codec::ExistsRequest{kept_path(), watch});
            case 1:
                return send(peer, codec::GetDataRequest{kept_path(), watch});
            case 2:
                return send(peer, codec::GetChildrenRequest{kept_path(), watch});
            case 3:
                return send(peer, codec::GetChildren2Request{kept_path(), watch});
            case 4:
                return send(peer, codec::GetAclRequest{kept_path()});
            case 5:
                return send(peer, codec::GetEphemeralsRequest{kept_path()});
            case 6:
                return send(peer, codec::GetAllChildrenNumberRequest{kept_path()});
            default:
                return send(peer, codec::SyncRequest{kept_path()});
        }
    }

    void about_connection(Peer& peer) {
        switch (input_.below(6)) {
            case 0:
                return send(peer, codec::AuthRequest{0, "digest", {kept(input_.text())}});
            case 1:
                return send(peer, codec::AuthRequest{0, "digest", {"super:admin"}});
            case 2:
                return send(peer, codec::SaslRequest{{kept(input_.text())}});
            case 3:
                return peer.request(Opcode::who_am_i, {}, now_);
            case 4:
                return peer.request(Opcode::ping, {}, now_);
            default:
                return input_.flag() ? peer.request(Opcode::close_session, {}, now_)
                                     : peer.request(Opcode::ping, {}, now_);
        }
    }

    void set_watches(Peer& peer) {
        const auto which = static_cast<std::int32_t>(input_.below(8));
        switch (input_.below(5)) {
            case 0:
                return send(peer, codec::AddWatchRequest{kept_path(), which - 1});
            case 1:
                return send(peer, codec::CheckWatchesRequest{kept_path(), which});
            case 2:
                return send(peer, codec::RemoveWatchesRequest{kept_path(), which});
            case 3:
                return send(
                    peer, codec::SetWatchesRequest{which, {kept_path()}, {kept_path()}, {}}
                );
            default:
                return send(
                    peer,
                    codec::SetWatches2Request{
                        which, {kept_path()}, {}, {kept_path()}, {kept_path()}, {kept_path()}}
                );
        }
    }

    void multi(Peer& peer) {
        const bool reads = input_.below(4) == 0;
        codec::MultiRequest request;
        for (std::size_t left = input_.below(6); left > 0; --left) {
            request.ops.push_back(reads ? read_op() : write_op());
        }
        send(peer, reads ? Opcode::multi_read : Opcode::multi, request);
    }
    codec::MultiOp read_op() {
        if (input_.flag()) {
            return {Opcode::get_data, codec::GetDataRequest{kept_path(), false}};
        }
        return {Opcode::get_children, codec::GetChildrenRequest{kept_path(), false}};
    }
    codec::MultiOp write_op() {
        switch (input_.below(5)) {
            case 0:
                return {Opcode::check, codec::CheckRequest{kept_path(), version()}};
            case 1:
                return {Opcode::delete_, codec::DeleteRequest{kept_path(), version()}};
            case 2:
                return {Opcode::set_data, codec::SetDataRequest{kept_path(), data(), version()}};
            default:
                return {Opcode::create2, create()};
        }
    }

    /// Whatever happened before, nothing must be left once all clients are gone.
    void end() {
        stalled_ = false;
        read_all();
        for (ServerNode* member : {&first_, &second_}) {
            member->faults().clear();
            member->on_faults_changed(now_);
        }
        read_all();
        require(first_.applied_zxid() == state_.zxid(), "all transactions are applied");
        require(second_.applied_zxid() == state_.zxid(), "also by the lagging member");
        while (!peers_.empty()) {
            close(peers_.front());
        }
        require(
            first_.connection_count() + second_.connection_count() == 0, "no connection is left"
        );
        mirror_.compare();
        for (int i = 0; i < 3; ++i) {
            pass(60'000);
        }
        require(state_.sessions().size() == 0, "sessions expire");
        require(state_.tree().ephemeral_count() == 0, "their nodes go with them");
        mirror_.compare();
    }

    Input& input_;
    server::Time now_{
        server::SteadyTime(server::Milliseconds(1'000'000)),
        server::WallTime(server::Milliseconds(0x1a2038359a3))};
    server::Database state_;
    ServerNode first_{state_, node_options(false)};
    ServerNode second_{state_, node_options(true)};
    Mirror mirror_{state_};
    std::deque<Peer> peers_;
    std::deque<std::string> texts_;
    bool stalled_ = false;  // no client reads its replies
    bool handshakes_may_fail_ = false;
};

}  // namespace
}  // namespace kazoo::fuzz

/// The input: the properties of the server, then the clients' steps.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    kazoo::fuzz::Input input(data, size);
    kazoo::fuzz::World(input).run();
    return 0;
}
