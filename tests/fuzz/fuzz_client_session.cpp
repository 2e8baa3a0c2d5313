// SPDX-License-Identifier: Apache-2.0
// Fuzzes a client's session with an arbitrary server. SessionScript checks every step: states
// follow their table, every request completes exactly once, nothing is sent too early, and nothing
// due is omitted.
#include "fuzz/harness.hpp"
#include "support/session_script.hpp"

#include <gtest/gtest.h>

#include <iterator>

namespace kazoo::fuzz {
namespace {

using codec::Opcode;
using session::WatchKind;
using std::chrono::milliseconds;
using testing_support::HandshakeReply;
using testing_support::Recovery;
using testing_support::RequestOptions;
using testing_support::SessionScript;
using Network = SessionScript::Network;
using namespace std::chrono_literals;

constexpr int most_steps = 400;

class Life {
public:
    explicit Life(Input& input) : input_(input), config_(read_config(input)), script_(config_) {}

    void run() {
        script_.start();
        for (int steps = 0; steps < most_steps && !input_.empty(); ++steps) {
            step();
            const auto& limits = config_.limits;
            require(script_.session().requests() <= limits.requests + 1, "requests are limited");
            require(script_.session().watches() <= limits.watches, "watches are limited");
        }
        // finish() needs an undamaged connection, because its bytes would be taken for the rest of
        // a torn frame, and known hosts, so that the session can reconnect.
        script_.hold_output(false);
        if (partial_frame_ && script_.network() == Network::open) {
            script_.closed();
        }
        script_.session().set_hosts(config_.hosts, false);
        script_.finish(input_.pick({Recovery::resumed, Recovery::expired, Recovery::none}));
    }

private:
    static session::Config read_config(Input& input) {
        auto config = testing_support::script_config();
        const auto flags = input.byte();
        config.hosts = {{"zk1", 2181}, {"zk2", 2181}};
        config.read_only = (flags & 1U) != 0;
        config.first_xid = (flags & 2U) != 0 ? 1 : 0x7ffffff8;
        config.session_id = (flags & 4U) != 0 ? 77 : 0;
        if ((flags & 8U) != 0) {
            config.auth = {{"digest", "a:b"}};
        }
        config.connection_retry.max_delay(1s);
        config.limits.requests = 1 + input.below(30);
        config.limits.watches = 1 + input.below(10);
        config.set_watches_bytes = 1 + input.below(50);
        config.limits.reply_bytes = 64 + input.byte();
        config.limits.request_bytes = 64 + input.byte();
        config.limits.queued_bytes = 256;
        return config;
    }

    std::string new_name() { return "n" + std::to_string(++names_); }
    std::string path() {
        return input_.flag() ? input_.pick<std::string>({"/", "/a", "/a/b", "/c"})
                             : "/" + input_.text(input_.below(80));
    }

    void step() {
        const auto kind = input_.below(16);
        if (kind < 7) {
            user(kind);
        } else if (kind < 9) {
            const milliseconds time(
                input_.flag() ? input_.integer<std::uint16_t>() % 9000 : input_.byte()
            );
            kind == 7 ? script_.pass(time) : script_.pause(time);
        } else {
            network();
        }
    }

    void user(std::size_t kind) {
        switch (kind) {
            case 0:
                return void(
                    script_.add_auth(new_name(), input_.pick<std::string>({"a:b", "c:d", "e:f"}))
                );
            case 1:
                return cancel();
            case 2:
                return rare();
            default:
                return ask();
        }
    }

    void rare() {
        switch (input_.below(16)) {
            case 0:
                return script_.close();
            case 1:
                return script_.session().set_hosts({}, false);
            case 2:
            case 3:
                return script_.session().set_hosts({{"zk3", 2181}, {"zk4", 2181}}, false);
            default:
                return script_.hold_output(handshake_sent_ && input_.flag());
        }
    }

    void cancel() {
        const auto& open = script_.open_requests();
        if (!open.empty()) {
            const auto which = static_cast<std::ptrdiff_t>(input_.below(open.size()));
            script_.cancel(std::string(*std::next(open.begin(), which)));
        }
    }

    void ask() {
        const auto op = input_.pick(
            {Opcode::get_data, Opcode::set_data, Opcode::exists, Opcode::sync, Opcode::add_watch}
        );
        const auto flags = input_.byte();
        RequestOptions how;
        how.path = path();
        if ((flags & 1U) != 0) {
            how.deadline = script_.now() + milliseconds(input_.integer<std::uint16_t>());
        }
        if (op == Opcode::add_watch || (op != Opcode::set_data && (flags & 2U) != 0)) {
            how.watcher = "w" + std::to_string(flags >> 6U);
            how.kind = op == Opcode::add_watch
                           ? ((flags & 4U) != 0 ? WatchKind::persistent : WatchKind::recursive)
                           : ((flags & 4U) != 0 ? WatchKind::data : WatchKind::child);
        }
        script_.ask(new_name(), op, how);
    }

    void network() {
        switch (script_.network()) {
            case Network::idle:
                return script_.pass(milliseconds(input_.byte() * 4));
            case Network::resolving:
                return input_.below(6) == 0 ? script_.unresolved()
                                            : script_.resolved({"10.0.0.1", "10.0.0.2"});
            case Network::connecting:
                return input_.below(6) == 0 ? script_.closed() : connect();
            case Network::open:
                return input_.below(4) == 0 ? probe() : server();
        }
    }

    void connect() {
        partial_frame_ = handshake_sent_ = false;
        script_.hold_output(false);  // a new connection accepts output
        script_.connected();
    }

    void probe() {
        switch (script_.probing()) {
            case Network::resolving:
                return input_.flag() ? script_.probe_resolved({"10.0.0.1", "10.0.0.3"})
                                     : script_.probe_resolved({});
            case Network::connecting:
                return script_.probe_answered(
                    input_.flag() ? "rw" : std::string_view(answer_ = input_.text(input_.below(4)))
                );
            default:
                return server();
        }
    }

    void server() {
        script_.deliver_in_pieces(input_.below(40));
        if (!handshake_sent_) {
            return welcome();
        }
        switch (input_.below(12)) {
            case 0:
                return script_.closed();
            case 1:
                partial_frame_ = true;
                return script_.bytes(input_.bytes(1 + input_.below(100)));
            case 2:
            case 3:
            case 4:
                return frame();
            case 5:
            case 6:
                return notify();
            case 7:
                return script_.servers_are_read_only(input_.flag());
            default:
                script_.serve_one();
        }
    }

    void welcome() {
        handshake_sent_ = true;
        HandshakeReply handshake_reply;
        const auto flags = input_.byte();
        if ((flags & 3U) == 0) {
            handshake_reply.timeout_ms = (flags & 4U) != 0
                                             ? input_.integer<std::int32_t>()
                                             : input_.pick({0, 1, 2, 3, 30'000, 0x7fffffff});
        }
        handshake_reply.id = (flags & 24U) == 24 ? input_.integer<std::int64_t>() : 0;
        handshake_reply.read_only = (flags & 96U) == 96;
        handshake_reply.has_read_only = (flags & 128U) == 0;
        handshake_reply.version = (flags & 120U) == 64 ? 42 : 0;
        script_.welcome(handshake_reply);
    }

    void notify() {
        const auto type = static_cast<std::int32_t>(input_.below(6));
        const auto zxid = input_.integer<std::int8_t>();
        script_.notify(type, path(), zxid);
    }

    /// A complete frame with arbitrary content.
    void frame() {
        codec::ReplyHeader header;
        header.xid =
            input_.flag() ? script_.next_xid() : input_.pick({-1, -2, -4, -8, 0, 1, 2, 0x7fffffff});
        header.zxid = input_.integer<std::int8_t>();
        header.err = input_.pick({0, 0, 0, -4, -101, -110, -112, -115, -118, -124, -5, 7});
        const auto body = input_.bytes(input_.below(256));
        base::Buffer out;
        codec::append_frame(out, header);
        out.append(body.data(), body.size());
        out.patch_i32(0, static_cast<std::int32_t>(out.size() - 4));
        script_.bytes(out.span());
    }

    Input& input_;
    const session::Config config_;
    SessionScript script_;
    int names_ = 0;
    bool handshake_sent_ = false;  // a handshake reply was sent on this connection
    bool partial_frame_ = false;   // the last frame may be incomplete
    std::string answer_;
};

}  // namespace
}  // namespace kazoo::fuzz

/// The input: the configuration of the session, then its steps.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    testing::GTEST_FLAG(throw_on_failure) = true;  // terminates: nothing catches it
    kazoo::fuzz::Input input(data, size);
    kazoo::fuzz::Life(input).run();
    return 0;
}
