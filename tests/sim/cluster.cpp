// SPDX-License-Identifier: Apache-2.0
#include "cluster.hpp"

#include "codec/frame.hpp"
#include "codec/records.hpp"

#include <algorithm>

namespace kazoo::sim {
namespace {

constexpr server::WallTime wall_clock_start(server::Milliseconds(1'700'000'000'000));

server::DatabaseOptions database_options(const Cluster::Options& options) {
    server::DatabaseOptions state;
    state.profile.minor = options.minor_version;
    state.tick = options.tick;
    state.seed = options.seed;
    state.first_zxid = 0x1'0000'0000;
    state.sasl_acls = options.sasl != Cluster::Sasl::none;
    return state;
}

std::shared_ptr<const server::SaslUsers> users_of(const Cluster::Options& options) {
    if (options.sasl == Cluster::Sasl::none) {
        return nullptr;
    }
    auto users = std::make_shared<server::SaslUsers>();
    static_cast<void>(users->add("sim", "secret"));
    return users;
}

}  // namespace

Cluster::Cluster(
    Simulator& simulator, const Options& options, std::vector<DefectInjector*> defect_injector
)
    : simulator_(simulator),
      tick_(options.tick),
      minor_version_(options.minor_version),
      sasl_(options.sasl),
      sasl_users_(users_of(options)),
      defect_injector_(std::move(defect_injector)),
      state_(database_options(options)) {
    state_.attach(server_observer_);
    for (std::size_t i = 0; i < options.members; ++i) {
        members_.push_back(std::make_unique<ServerMember>(*this, i, options.members > 1));
    }
    ask_for_reports();
}

Cluster::~Cluster() {
    members_.clear();
    state_.detach(server_observer_);
}

std::vector<Acceptor*> Cluster::acceptors() const {
    std::vector<Acceptor*> all;
    for (const auto& member : members_) {
        all.push_back(member.get());
    }
    return all;
}

server::Time Cluster::time() const {
    const auto steady = std::chrono::time_point_cast<server::Milliseconds>(simulator_.now());
    return {steady, wall_clock_start + steady.time_since_epoch()};
}

void Cluster::plant(const std::vector<std::string>& paths) {
    const Turn turn(*this, {Author::nobody, 0});
    const std::vector<Id> anyone{Id("world", "anyone")};
    const auto created = state_.create_session(server::Milliseconds(1000), time());
    state_.deliver(created.transaction);
    const server::Caller planter{created.session.id, &anyone};
    for (const auto& path : paths) {
        codec::CreateRequest request;
        request.path = path;
        request.data = std::string_view();
        request.acl = open_acl_unsafe();
        base::Buffer body;
        codec::Encoder out(body);
        codec::encode(out, request);
        const auto result = state_.write(planter, codec::Opcode::create, body.span(), time());
        state_.deliver(result.transaction);
        if (result.err != 0) {
            simulator_.verdict().fail(path + " cannot be created");
        }
    }
    state_.deliver(state_.close_session(planter.session, time()));
}

bool Cluster::expire_one() {
    std::vector<std::int64_t> ids;
    for (const auto& [expiry, sessions] : state_.sessions().buckets()) {
        ids.insert(ids.end(), sessions.begin(), sessions.end());
    }
    if (ids.empty()) {
        return false;
    }
    const auto expiring = simulator_.chance().of(ids);
    simulator_.note("servers", "expire session", expiring);
    const Turn turn(*this, Author());
    state_.deliver(state_.close_session(expiring, time()));
    return true;
}

Cluster::Turn::Turn(Cluster& cluster, Author author) : cluster_(cluster) {
    ++cluster_.turns_;
    cluster_.server_observer_.set_time(cluster_.simulator_.now());
    cluster_.server_observer_.set_author(author);
}

Cluster::Turn::~Turn() {
    if (cluster_.turns_ == 1) {
        cluster_.pump();
    }
    --cluster_.turns_;
    cluster_.server_observer_.set_author(Author());
}

void Cluster::pump() {
    for (bool again = true; again;) {
        again = false;
        for (const auto& member : members_) {
            again |= member->serve_touched();
        }
    }
    arm();
}

void Cluster::arm() {
    auto deadline = state_.next_deadline();
    for (const auto& member : members_) {
        deadline = std::min(deadline, member->member().next_deadline());
    }
    if (deadline >= armed_for_) {
        return;
    }
    armed_for_ = deadline;
    simulator_.at(TimePoint(deadline), [this, deadline] {
        if (armed_for_ == deadline) {
            on_deadline();
        }
    });
}

/// Twice in a tick, as Apache's leader.
void Cluster::ask_for_reports() {
    for (std::size_t i = 1; i < members_.size(); ++i) {
        members_[i]->ask_for_report();
    }
    if (members_.size() > 1) {
        simulator_.after(tick_ / 2, [this] { ask_for_reports(); });
    }
}

void Cluster::on_deadline() {
    armed_for_ = server::no_deadline;
    const Turn turn(*this, Author());
    for (const auto session : state_.sessions().expired(time())) {
        simulator_.tally().add(Count::timeouts);
        expired_(session);
    }
    state_.on_time(time());
    for (const auto& member : members_) {
        member->on_time();
    }
}

}  // namespace kazoo::sim
