// SPDX-License-Identifier: Apache-2.0
#include "recipe/lock/contenders.hpp"

#include "recipe/call_limits.hpp"

#include <kazoo/exceptions.hpp>

#include <algorithm>
#include <utility>

namespace kazoo::detail::recipe {
namespace {

using Names = std::vector<std::string>;

AsyncResult<Names> list_names(std::shared_ptr<Locking> locking, CallLimits limits) {
    auto listed = locking->client().call([&](KazooClient& client) {
        return client.get_children_async(locking->path(), limits.step());
    });
    Names names;
    try {
        names = co_await direct(std::move(listed));
    } catch (const NoNodeError&) {
    }
    std::erase_if(names, [&](const std::string& name) { return !locking->names().number(name); });
    co_return names;
}

LockContender contender_of(const Locking& locking, std::string name, NodeData node) {
    LockContender contender;
    contender.path = locking.path_of(name);
    contender.number = locking.names().number(name).value_or(0);
    contender.name = std::move(name);
    contender.data = std::move(node.data);
    contender.session = node.stat.ephemeral_owner;
    contender.czxid = node.stat.czxid;
    return contender;
}

}  // namespace

AsyncResult<std::vector<LockContender>> list_contenders(
    std::shared_ptr<Locking> locking, CallOptions options
) {
    const CallLimits limits(options, *locking->handler(), CallKind::does_not_wait);
    auto listed = list_names(locking, limits);
    auto names = co_await direct(std::move(listed));
    std::vector<LockContender> contenders;
    contenders.reserve(names.size());
    for (std::size_t begin = 0; begin < names.size(); begin += reads_at_a_time) {
        const auto end = std::min(begin + reads_at_a_time, names.size());
        auto read = locking->client().call([&](KazooClient& client) {
            auto reads = client.multi_read();
            for (auto i = begin; i < end; ++i) {
                reads.get(locking->path_of(names[i]));
            }
            return reads.read_async(limits.step());
        });
        const auto results = co_await direct(std::move(read));
        for (auto i = begin; i < end; ++i) {
            const auto& result = results[i - begin];
            if (result.successful() || result.failure().code() != Errc::no_node) {
                contenders.push_back(contender_of(*locking, std::move(names[i]), result.node()));
            }
        }
    }
    std::sort(contenders.begin(), contenders.end(), [](const auto& a, const auto& b) {
        return a.czxid < b.czxid;
    });
    co_return contenders;
}

AsyncResult<std::optional<LockContender>> break_first(
    std::shared_ptr<Locking> locking, CallOptions options
) {
    const CallLimits limits(options, *locking->handler(), CallKind::does_not_wait);
    auto listed = list_contenders(locking, limits.step());
    const auto contenders = co_await direct(std::move(listed));
    std::optional<LockContender> broken;
    if (contenders.empty()) {
        co_return broken;
    }
    broken = contenders.front();
    const auto deleted = locking->client().call([&](KazooClient& client) {
        return client.delete_guaranteed_async(broken->path, broken->czxid, limits.step());
    });
    co_await direct(deleted);
    co_return broken;
}

AsyncResult<void> revoke_node(
    std::shared_ptr<Locking> locking, std::string path, CallOptions options
) {
    const auto set = locking->client().call([&](KazooClient& client) {
        return client.set_async(path, revocation, -1, options);
    });
    co_await direct(set);
}

}  // namespace kazoo::detail::recipe
