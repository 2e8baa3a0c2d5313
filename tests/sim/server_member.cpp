// SPDX-License-Identifier: Apache-2.0
#include "server_member.hpp"

#include "cluster.hpp"
#include "frame_tap.hpp"

#include <utility>

namespace kazoo::sim {
namespace {

server::ServerNodeOptions options_of(const Cluster& cluster, std::size_t number, bool replica) {
    server::ServerNodeOptions options;
    options.sasl_users = cluster.sasl_users();
    options.require_sasl = cluster.sasl() == Cluster::Sasl::required;
    options.replica = replica;
    options.reports_sessions = replica && number > 0;  // the first one is the leader
    options.server_id = replica ? static_cast<std::int64_t>(number) + 1 : 0;
    return options;
}

}  // namespace

/// A client's connection, on the server side.
class ServerMember::Client final : public Socket {
public:
    Client(
        ServerMember& owner,
        server::ConnectionId number,
        std::size_t client,
        std::shared_ptr<Connection> connection
    )
        : owner_(owner), id_(number), client_(client), connection_(std::move(connection)) {}

    void serve() {
        auto& member = owner_.member_;
        if (!writing_) {
            base::Buffer out;
            member.take_output(id_, out);
            if (!out.empty()) {
                send(out);
            }
        }
        if (member.over(id_) && !writing_) {
            end();
        }
    }

    void end() {
        connection_->close(Side::server);
        owner_.close(id_);
    }
    void crash(bool loses_power) {
        if (!loses_power) {
            return connection_->reset();
        }
        connection_->vanish(Side::server);
        connection_->swallow(Side::client);
    }

    void on_data(std::span<const std::byte> bytes) override {
        const Cluster::Turn turn(owner_.cluster_, author());
        owner_.member_.on_bytes(id_, bytes, owner_.cluster_.time());
    }
    void on_sent(std::size_t) override {
        const Cluster::Turn turn(owner_.cluster_, author());
        writing_ = false;
        owner_.member_.on_sent(id_, std::exchange(in_flight_, 0), owner_.cluster_.time());
        serve();
    }
    void on_end(std::error_code) override {
        const Cluster::Turn turn(owner_.cluster_, Author());
        owner_.close(id_);
    }

private:
    [[nodiscard]] Author author() const { return {static_cast<int>(client_), session_}; }

    void send(const base::Buffer& out) {
        tap_.feed(out.span(), [this](auto frame, std::size_t size) {
            if (frames_++ == 0) {
                session_ = FrameTap::session_of(frame, size);
            }
        });
        writing_ = true;
        in_flight_ = out.size();
        connection_->send(
            Side::server, owner_.cluster_.defect_injector(client_).replies(out.span()).span()
        );
    }

    ServerMember& owner_;
    const server::ConnectionId id_;
    const std::size_t client_;
    const std::shared_ptr<Connection> connection_;
    FrameTap tap_;
    std::size_t frames_ = 0;
    std::int64_t session_ = 0;
    bool writing_ = false;
    std::size_t in_flight_ = 0;
};

ServerMember::ServerMember(Cluster& cluster, std::size_t number, bool replica)
    : cluster_(cluster),
      process_(cluster.simulator(), "server" + std::to_string(number + 1)),
      member_(cluster.state(), options_of(cluster, number, replica)),
      report_(cluster, member_) {}

ServerMember::~ServerMember() = default;

void ServerMember::accept(std::size_t client, std::shared_ptr<Connection> connection) {
    if (!up()) {
        return connection->reset();
    }
    const Cluster::Turn turn(cluster_, Author());
    const auto id = member_.open("10.1.0." + std::to_string(client), 1, cluster_.time());
    auto served = std::make_shared<Client>(*this, id, client, connection);
    connection->attach(Side::server, process_, served);
    clients_.emplace(id, std::move(served));
}

void ServerMember::close(server::ConnectionId id) {
    clients_.erase(id);
    member_.on_closed(id, cluster_.time());
}

void ServerMember::crash(bool loses_power) {
    if (!up()) {
        return;
    }
    process_.note(loses_power ? "loses its power" : "crashes");
    answer_ = loses_power ? Answer::silent : Answer::refuses;
    report_.forget();
    const Cluster::Turn turn(cluster_, Author());
    for (const auto& [id, client] : std::exchange(clients_, {})) {
        client->crash(loses_power);
        member_.on_closed(id, cluster_.time());
    }
}

void ServerMember::restart() {
    if (!up()) {
        process_.note("is up again");
        answer_ = Answer::accepts;
    }
}

void ServerMember::faults_changed() {
    const Cluster::Turn turn(cluster_, Author());
    report_.look();  // first: what waits for the leader follows the reports that wait
    member_.on_faults_changed(cluster_.time());
}

bool ServerMember::serve_touched() {
    if (process_.frozen()) {
        return false;
    }
    const auto touched = member_.take_touched();
    for (const auto id : touched) {
        if (const auto found = clients_.find(id); found != clients_.end()) {
            const auto client = found->second;
            client->serve();
        }
    }
    return !touched.empty();
}

void ServerMember::on_time() {
    member_.on_time(cluster_.time());
}

void ServerMember::ask_for_report() {
    process_.after(0us, [this] { report_.asked(); });
}

}  // namespace kazoo::sim
