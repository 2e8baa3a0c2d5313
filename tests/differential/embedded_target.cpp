// SPDX-License-Identifier: Apache-2.0
#include "embedded_target.hpp"

#include "codec/frame.hpp"
#include "server/database/database.hpp"
#include "server/member/server_node.hpp"

#include <deque>
#include <map>

namespace kazoo::differential {
namespace {

using server::ConnectionId;

// The options of Apache's server in tests/support/zoo.cfg.
server::DatabaseOptions options_of(server::Profile profile, const Settings& settings) {
    server::DatabaseOptions options;
    options.profile = profile;
    options.tick = server::Milliseconds(500);
    options.min_session_timeout = server::Milliseconds(1000);
    options.max_session_timeout = server::Milliseconds(60'000);
    options.super_digest = super_digest;
    options.ttl_nodes = settings.ttl_nodes;
    options.reconfig_enabled = settings.reconfig;
    return options;
}

server::ServerNodeOptions node_options() {
    server::ServerNodeOptions options;
    options.takeover_closes_first = true;
    return options;
}

class EmbeddedTarget final : public Target {
public:
    EmbeddedTarget(server::Profile profile, const Settings& settings)
        : profile_(profile),
          state_(options_of(profile, settings)),
          member_(state_, node_options()) {}

    std::string name() const override { return "embedded " + profile_.version(); }

    Link open() override {
        const auto link = member_.open("127.0.0.1", 40'000, tick());
        connections_[link];
        drain();
        return link;
    }

    void send(Link link, std::string_view bytes) override {
        if (!connections_.at(link).closed) {
            member_.on_bytes(link, std::as_bytes(std::span(bytes)), tick());
            drain();
        }
    }

    Received receive(Link link, std::chrono::milliseconds) override {
        auto& connection = connections_.at(link);
        if (!connection.frames.empty()) {
            Received received{Received::Kind::frame, std::move(connection.frames.front())};
            connection.frames.pop_front();
            return received;
        }
        return {connection.closed ? Received::Kind::closed : Received::Kind::nothing, {}};
    }

    void close(Link link) override {
        if (!connections_.at(link).closed) {
            member_.on_closed(link, tick());
        }
        connections_.erase(link);
        drain();
    }

private:
    struct Connection {
        codec::FrameReader reader{64u << 20};
        std::deque<std::string> frames;
        bool closed = false;
    };

    server::Time tick() {
        now_.steady += server::Milliseconds(1);
        now_.wall += server::Milliseconds(1);
        return now_;
    }

    void drain() {
        for (auto touched = member_.take_touched(); !touched.empty();
             touched = member_.take_touched()) {
            for (const auto id : touched) {
                take(id);
            }
        }
    }

    void take(ConnectionId id) {
        const auto found = connections_.find(id);
        if (found == connections_.end() || found->second.closed) {
            return;
        }
        auto& connection = found->second;
        base::Buffer out;
        member_.take_output(id, out);
        connection.reader.feed(out.span());
        for (auto item = connection.reader.next(); item.kind == codec::FrameItem::Kind::frame;
             item = connection.reader.next()) {
            connection.frames.emplace_back(
                reinterpret_cast<const char*>(item.bytes.data()), item.bytes.size()
            );
        }
        member_.on_sent(id, out.size(), tick());
        if (member_.over(id)) {
            connection.closed = true;
            member_.on_closed(id, tick());
        }
    }

    server::Profile profile_;
    server::Database state_;
    server::ServerNode member_;
    server::Time now_{
        server::SteadyTime(server::Milliseconds(1000)),
        server::WallTime(server::Milliseconds(1'700'000'000'000))};
    std::map<Link, Connection> connections_;
};

}  // namespace

std::unique_ptr<Target> embed(server::Profile profile, const Settings& settings) {
    return std::make_unique<EmbeddedTarget>(profile, settings);
}

}  // namespace kazoo::differential
