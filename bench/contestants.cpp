// SPDX-License-Identifier: Apache-2.0
#include "contestants.hpp"

#include "peer.hpp"

#include <memory>
#include <string>
#include <utility>

namespace bench {
namespace {

bool is_chosen(const std::string& name, const std::string& names) {
    return names.empty() || (',' + names + ',').find(',' + name + ',') != std::string::npos;
}

}  // namespace

Contestants ours() {
    return {
        {"kazoo-threading", Role::ours, "", in_this_process(connect_kazoo_threading)},
        {"kazoo-asio", Role::ours, "asio", in_this_process(connect_kazoo_asio)},
#ifdef KAZOO_BENCH_FIBER
        {"kazoo-fiber", Role::ours, "fiber", in_this_process(connect_kazoo_fiber)},
#endif
    };
}

Contestants lower_bounds() {
    return {
        {"raw", Role::reference, "", in_this_process(connect_raw)},
        {"floor", Role::reference, "", in_this_process(connect_floor)},
    };
}

Contestants all_contestants(const Context& context, const Target& target, std::string_view name) {
    auto all = lower_bounds();
    for (auto& handler : ours()) {
        all.push_back(std::move(handler));
    }
    for (const auto& kind : peer_kinds()) {
        if (!is_chosen(kind.name, context.options.peers)) {
            continue;
        }
        try {
            const auto peer = std::make_shared<Peer>(kind, target);
            const auto turn = [peer](const Target&, Script script, std::size_t count) {
                return peer->turn(script, count);
            };
            all.push_back({kind.name, Role::reference, "", turn, kind.slower});
        } catch (const PeerSkipped& skipped) {
            context.results.skip(std::string(name), kind.name, skipped.what());
        }
    }
    return all;
}

}  // namespace bench
