// SPDX-License-Identifier: Apache-2.0
#include "cache_user.hpp"

#include "recipe_nodes.hpp"
#include "support/wait_until.hpp"

#include <algorithm>

namespace kazoo::chaos {
namespace {

using namespace std::chrono_literals;
using testing_support::wait_until;

constexpr auto patience = 40s;

std::map<std::string, NodeData> nodes_of_cache(const ServedTree& tree) {
    std::map<std::string, NodeData> nodes;
    for (const auto& [path, served] : tree.nodes) {
        if (path != recipe_root && !path.starts_with(std::string(recipe_root) + "/")) continue;
        nodes[path].data = served.data;
        nodes[path].stat = served.stat;
    }
    return nodes;
}

bool are_same(
    const std::map<std::string, NodeData>& one, const std::map<std::string, NodeData>& other
) {
    return std::equal(
        one.begin(),
        one.end(),
        other.begin(),
        other.end(),
        [](const auto& a, const auto& b) {
            return a.first == b.first && is_same_version(a.second, b.second);
        }
    );
}

}  // namespace

CacheUser::CacheUser(const Options& options, const Machine& machine) {
    record_.who = "the cache " + std::to_string(options.number);
    record_.root = recipe_root;
    machine.run([&] { begin(options); });  // threads of the handler inherit the network
}

void CacheUser::begin(const Options& options) {
    kit_ = testing_support::handler_kind(options.handler).make();
    zk_ = std::make_unique<KazooClient>(ClientOptions()
                                            .hosts(options.hosts)
                                            .timeout(options.session_timeout)
                                            .close_timeout(3s)
                                            .logger(Logger([](LogLevel, std::string_view) {}))
                                            .handler(kit_->handler()));
    cache_ = std::make_unique<TreeCache>(*zk_, recipe_root);
    cache_->listen([this](const TreeEvent& event) {
        const std::lock_guard lock(mutex_);
        record_.events.push_back(event);
    });
    cache_->listen_fault([this](const Error& error) {
        const std::lock_guard lock(mutex_);
        record_.faults.push_back(error.message());
    });
    zk_->start_async();
    cache_->start();
}

bool CacheUser::is_at_rest(const ServedTree& tree) {
    const auto wanted = nodes_of_cache(tree);
    const auto copy = cache_->snapshot().nodes;
    const std::lock_guard lock(mutex_);
    record_.copy = copy;
    return are_same(wanted, copy) && are_same(wanted, replay(record_.events)) &&
           !lacks_comparison(record_.events);
}

void CacheUser::come_to_rest(const ServedTree& tree, std::chrono::milliseconds limit) {
    try {
        wait_until([&] { return is_at_rest(tree); }, limit);
    } catch (const std::exception& error) {
        const std::lock_guard lock(mutex_);
        record_.faults.emplace_back(error.what());
    }
}

void CacheUser::end() {
    cache_->close();
    zk_->stop();
    cache_ = nullptr;
    zk_ = nullptr;
    if (!kit_->shut_down(patience)) record_.faults.emplace_back("its handler still has work");
    kit_ = nullptr;
}

}  // namespace kazoo::chaos
