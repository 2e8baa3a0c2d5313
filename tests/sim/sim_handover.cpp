// SPDX-License-Identifier: Apache-2.0
// The part of SimClient that hands sessions over and takes them over.
#include "sim_client.hpp"

namespace kazoo::sim {
namespace {

/// Returns what reaches the successor.
SessionHandover on_its_way(const SessionHandover& session, Defect defect) {
    if (defect == Defect::lost_watches) {
        return SessionHandover(
            session.session_id(), session.password(), session.timeout(), session.last_zxid()
        );
    }
    if (defect == Defect::old_handovers) {
        SessionHandover older(session.session_id(), session.password(), session.timeout(), 0);
        for (const auto kind :
             {ArmedWatch::data,
              ArmedWatch::exists,
              ArmedWatch::children,
              ArmedWatch::persistent,
              ArmedWatch::persistent_recursive}) {
            for (const auto& path : session.watches(kind)) {
                older.add_watch(kind, path);
            }
        }
        return older;
    }
    return SessionHandover::from_bytes(session.to_bytes()).value();
}

}  // namespace

/// A client that refuses goes on; it has been busy with its end for no time at all.
void SimClient::hand_over(Duration pause) {
    if (detaching_ || !started_) {
        return;
    }
    const auto requested = recorder_.zxid();
    const auto life = former_.size();
    const auto left = zk_->detach_async();
    if (left.ready() && !left.successful()) {
        process_.note("cannot hand its session over");
        return;
    }
    static_cast<void>(turn("hands its session over", false));
    detaching_ = true;
    left.rawlink([this, requested, life, pause](const AsyncResult<SessionHandover>& result) {
        detaching_ = false;
        process_.note("has handed its session over", result.successful());
        if (!result.successful()) {
            return;
        }
        if (defect() == Defect::closed_handovers && zk_ && life == former_.size()) {
            zk_.reset();
            make(ClientOptions(options_).resume(*result.value()));
            start();
            process_.after(pause / 2, [this] { stop(); });
        }
        process_.after(pause, [this, requested, life, session = *result.value()] {
            const bool closed = defect() == Defect::closed_handovers;
            if (!started_ && (closed || life == former_.size())) {
                take_over(session, requested);
            }
        });
    });
}

void SimClient::take_over(const SessionHandover& session, std::int64_t requested) {
    auto& check = recorder_.handovers();
    simulator_.tally().add(Count::handovers);
    const auto number = check.begin(number_, requested, session);
    process_.note("takes over session", number, session.session_id(), session.last_zxid());
    destroy();
    const Watcher on_event([this, number, &check](const WatchedEvent& event) {
        const auto* const type = to_string(event.type);
        process_.note("gets an event of the session taken over", type, event.path.value_or(""));
        check.on_event(number, recorder_.on_server(event));
        in_watch_();
    });
    make(ClientOptions(options_).resume(on_its_way(session, defect()), on_event));
    check.on_successor(number);
    listen_for_resumption(number, session);
    handover_ = number;
    start();
}

/// The client may give a session up by its own clock, and a faulty handshake may deny it.
void SimClient::listen_for_resumption(std::uint32_t number, const SessionHandover& session) {
    const auto old = session.session_id();
    const auto give_up_after = simulator_.now() + session.timeout() / 2;
    zk_->add_listener(
        [this, number, old, seen = session.last_zxid(), give_up_after](const StateChange& change) {
            if (change.state != KazooState::CONNECTED || handover_ != number ||
                change.keeper_state == KeeperState::CONNECTED_RO) {
                return;
            }
            history::HandoverCheck::FirstConnection connection;
            connection.session = change.session_id;
            connection.new_session = change.new_session;
            connection.had_to_resume = recorder_.has_session(old) &&
                                       simulator_.now() < give_up_after &&
                                       simulator_.tally()[Count::faulty_handshakes] == 0;
            // A late callback may see the zxid of the next session.
            const auto now = zk_->client_id();
            const bool current = now && now->session_id == change.session_id;
            connection.last_zxid = current ? zk_->last_zxid() : seen;
            if (recorder_.handovers().on_connected(number, connection)) {
                simulator_.tally().add(Count::resumed_sessions, change.new_session ? 0 : 1);
            }
        }
    );
}

void SimClient::drop_resumed_watches() {
    if (zk_ && handover_ != 0) {
        process_.note("drops resumed watches");
        recorder_.handovers().on_end(std::exchange(handover_, 0));
        zk_->drop_resumed_watches();
    }
}

}  // namespace kazoo::sim
