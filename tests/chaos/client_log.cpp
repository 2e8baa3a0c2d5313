// SPDX-License-Identifier: Apache-2.0
#include "client_log.hpp"

#include <chrono>

namespace kazoo::chaos {

TimePoint wall_clock_ms() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return TimePoint(std::chrono::floor<std::chrono::milliseconds>(now));
}

Call& ClientLog::begin(Act act, std::string path, int life) {
    auto& call = calls_.emplace_back();
    call.number = ++counters_.calls;
    call.client = client_;
    call.life = life;
    call.act = act;
    call.path = std::move(path);
    call.called = wall_clock_ms();
    const bool writes = act == Act::create || act == Act::set || act == Act::create_or_set;
    if (writes) call.data = "d" + std::to_string(call.number);
    call.multi_step_operation =
        act == Act::ensure_path || act == Act::remove_tree || act == Act::forget;
    ++under_way_;
    return call;
}

void ClientLog::over(Call& call) {
    if (++call.completions > 1) return;
    --under_way_;
    if (!call.error) ++good_calls_;
    call.completed = wall_clock_ms();
    Seen seen;
    seen.stamp = ++counters_.stamps;
    seen.what = Seen::What::over;
    seen.number = call.number;
    seen_.push_back(seen);
}

void ClientLog::told(const Call& call, const WatchedEvent& event, std::uint64_t event_number) {
    Seen seen;
    seen.stamp = ++counters_.stamps;
    seen.what = Seen::What::told;
    seen.number = call.number;
    seen.event = event;
    seen.event_number = event_number;
    seen_.push_back(seen);
}

}  // namespace kazoo::chaos
