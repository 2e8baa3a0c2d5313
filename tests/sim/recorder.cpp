// SPDX-License-Identifier: Apache-2.0
#include "recorder.hpp"

#include "history/checks/effects.hpp"
#include "history/checks/errors.hpp"
#include "history/checks/guaranteed.hpp"
#include "history/checks/once.hpp"

#include <algorithm>
#include <iterator>

namespace kazoo::sim {

Recorder::Recorder(Simulator& simulator, const Cluster& cluster, std::string chroot)
    : simulator_(simulator),
      cluster_(cluster),
      chronicle_(cluster.chronicle()),
      order_(simulator.verdict()),
      reads_(simulator.verdict(), chronicle_),
      watches_(simulator.verdict(), chronicle_),
      lasting_watches_(simulator.verdict(), chronicle_),
      handovers_(simulator.verdict(), chronicle_),
      locks_(simulator.verdict(), chronicle_),
      watch_modes_coexist_(cluster.minor_version() >= 9),
      multi_reads_(cluster.minor_version() >= 6),
      chroot_(std::move(chroot)) {}

std::string Recorder::on_server(const std::string& path) const {
    return path == "/" && !chroot_.empty() ? chroot_ : chroot_ + path;
}

WatchedEvent Recorder::on_server(WatchedEvent event) const {
    if (event.path) {
        event.path = on_server(*event.path);
    }
    return event;
}

void Recorder::translate_request(Call& call) const {
    for (auto& part : call.parts) {
        part.path = on_server(part.path);
    }
    if (!call.marker.empty()) {
        call.marker = on_server(call.marker);
    }
}

void Recorder::translate_result(Call& call) const {
    const auto translate = [this](std::string& path) {
        if (!path.empty()) {
            path = on_server(path);
        }
    };
    translate(call.made_path);
    for (auto& part : call.parts) {
        translate(part.made_path);
    }
}

Call& Recorder::begin(int client, Act act, const std::string& path) {
    auto& call = calls_.emplace_back();
    call.number = static_cast<std::uint32_t>(calls_.size());
    call.client = client;
    call.act = act;
    call.path = path.empty() ? path : on_server(path);
    call.called = simulator_.now();
    call.zxid_when_called = chronicle_.zxid();
    if (act == Act::create || act == Act::set || act == Act::create_or_set) {
        call.data = "d" + std::to_string(call.number);
    }
    call.multi_step_operation =
        act == Act::ensure_path || act == Act::remove_tree || act == Act::forget;
    simulator_.note(
        "client" + std::to_string(client), "calls", call.number, to_string(act), call.path
    );
    return call;
}

void Recorder::over(Call& call) {
    ++call.completions;
    call.completed = simulator_.now();
    cancels_[call.client].erase(call.number);
    simulator_.note(
        "client" + std::to_string(call.client),
        "is answered",
        call.number,
        call.error.value(),
        static_cast<int>(call.outcome),
        call.made_path,
        call.shown_data,
        call.stat ? call.stat->mzxid : 0,
        call.failed_part.value_or(0)
    );
    auto& verdict = simulator_.verdict();
    if (call.completions > 1) {
        return verdict.fail(describe(call) + ": completed again");
    }
    if (call.good()) {
        simulator_.tally().add(Count::transactions, call.act == Act::transaction ? 1 : 0);
        simulator_.tally().add(Count::lost_replies, call.reply_lost ? 1 : 0);
        simulator_.tally().add(Count::multi_reads, call.one_request ? 1 : 0);
    }
    order_.on_over(call);
    reads_.on_over(call);
    watches_.on_over(call);
    check_error(call, chronicle_, verdict);
}

Cleanup& Recorder::begin_cleanup(int client) {
    auto& cleanup = cleanups_.emplace_back();
    cleanup.number = static_cast<std::uint32_t>(cleanups_.size());
    cleanup.client = client;
    simulator_.tally().add(Count::cleanups);
    return cleanup;
}

void Recorder::follow(Cleanup& cleanup, const AsyncResult<void>& program) {
    program.rawlink([this, &cleanup](const AsyncResult<void>& result) {
        cleanup.over = true;
        cleanup.error = result.result().error();
        simulator_.tally().add(Count::cancelled_cleanups, cleanup.cancelled ? 1 : 0);
        simulator_.note(
            "client" + std::to_string(cleanup.client),
            "ends program",
            cleanup.number,
            cleanup.path,
            cleanup.error.value()
        );
    });
}

void Recorder::on_event(const Call& call, const WatchedEvent& event, std::uint64_t event_number) {
    simulator_.note(
        "client" + std::to_string(call.client),
        "gets an event for the watch of",
        call.number,
        to_string(event.type),
        event.zxid.value_or(0)
    );
    simulator_.tally().add(Count::watch_events);
    watches_.on_event(call, on_server(event), event_number);
}

void Recorder::cancel_one(int client) {
    auto& open = cancels_[client];
    if (open.empty()) {
        return;
    }
    const auto which = simulator_.chance().below(open.size());
    const auto at = std::next(open.begin(), static_cast<std::ptrdiff_t>(which));
    if (!at->second) {
        return;
    }
    simulator_.note("client" + std::to_string(client), "cancels", at->first);
    const auto cancel = at->second;  // a copy: the entry may be erased before cancel() returns
    cancel();
}

bool Recorder::has_session(std::int64_t session) const {
    return cluster_.tree_of_all().sessions().find(session) != nullptr;
}

void Recorder::calm_from(TimePoint time) {
    for (auto* const recipe : recipes_) {
        recipe->calm_from(time);
    }
}

void Recorder::abandon(int client) {
    for (auto& call : calls_) {
        call.abandoned = call.abandoned || (call.client == client && is_guaranteed(call));
    }
}

void Recorder::on_session_lost(int client) {
    constexpr auto latest = 10s;
    for (auto& call : calls_) {
        const bool settled = call.good() && simulator_.now() - call.completed > latest;
        call.session_lost =
            call.session_lost || (call.client == client && call.guarded && !settled);
    }
}

std::size_t Recorder::under_way(int client) const {
    const auto found = cancels_.find(client);
    return found == cancels_.end() ? 0 : found->second.size();
}

void Recorder::check_hanging(Duration patience) {
    for (const auto& call : calls_) {
        if (!call.over() && simulator_.now() - call.called > patience) {
            simulator_.verdict().fail(describe(call) + ": hangs");
        }
    }
}

void Recorder::at_rest() {
    watches_.at_rest();
    lasting_watches_.at_rest();
    handovers_.at_rest();
    for (auto* const recipe : recipes_) {
        recipe->at_rest();
    }
    check_guaranteed(calls_, chronicle_, simulator_.verdict());
    for (auto cleanup : cleanups_) {
        if (!cleanup.path.empty()) {
            cleanup.path = on_server(cleanup.path);
        }
        check_cleanup(cleanup, chronicle_, simulator_.verdict());
    }
}

void Recorder::at_end() {
    for (const auto& call : calls_) {
        check_once(call, simulator_.verdict());
    }
    check_effects(calls_, chronicle_, simulator_.verdict(), [this](std::string_view path) {
        return std::any_of(recipes_.begin(), recipes_.end(), [path](const auto* recipe) {
            return recipe->covers(path);
        });
    });
    for (auto* const recipe : recipes_) {
        recipe->at_end();
    }
    watches_.at_end();
    lasting_watches_.at_end();
}

}  // namespace kazoo::sim
