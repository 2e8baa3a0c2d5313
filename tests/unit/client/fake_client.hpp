// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/kazoo.hpp>

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kazoo::testing_support {

/// When the results of a FakeClient become ready.
enum class Delivery { at_once, later };

/// Functions with the signatures of KazooClient's that always succeed, so that the code after a
/// `co_await` runs too. Their values repeat their arguments.
class FakeClient {
public:
    explicit FakeClient(Delivery delivery) : delivery_(delivery) {}

    /// Completes the pending results, and those that this leads to.
    void deliver() {
        while (!waiting_.empty()) {
            auto next = std::move(waiting_.front());
            waiting_.pop_front();
            next();
        }
    }

    AsyncResult<std::string> create_async(
        std::string_view path,
        const DataView& data = {},
        const CreateOptions& create = {},
        const CallOptions& = {}
    ) {
        auto told = std::string(path) + '=' + std::string(data.bytes().value_or("null"));
        for (const auto& acl : create.acl().value_or(AclList())) told += ' ' + acl.id.id;
        return give(std::move(told));
    }
    AsyncResult<bool> ensure_path_async(
        std::string_view, const std::optional<AclList>& = std::nullopt, const CallOptions& = {}
    ) {
        return give(true);
    }
    AsyncResult<NodeData> get_async(
        std::string_view path, const Watcher& watch = {}, const ReadOptions& = {}
    ) {
        NodeData node;
        node.data = "data of " + std::string(path);
        if (watch) kazoo::detail::state_of(watch)->call(WatchedEvent());
        return give(std::move(node));
    }
    AsyncResult<NodeData> get_async(std::string_view path, const ReadOptions& options) {
        return get_async(path, Watcher(), options);
    }
    AsyncResult<CreatedOrSet> create_or_set_async(
        std::string_view path,
        const DataView& data,
        const CreateOptions& = {},
        const CallOptions& = {}
    ) {
        CreatedOrSet done;
        done.created = true;
        done.stat.data_length = static_cast<std::int32_t>(path.size() + data.size());
        return give(done);
    }
    AsyncResult<std::vector<ChildNode>> get_children_with_data_async(
        std::string_view path, const CallOptions& = {}
    ) {
        ChildNode child;
        child.name = std::string(path) + "/1";
        child.node.data = "data of " + child.name;
        return give(std::vector<ChildNode>{child});
    }
    AsyncResult<std::vector<std::string>> get_children_async(
        std::string_view path, const Watcher& watch = {}, const ReadOptions& = {}
    ) {
        if (watch) kazoo::detail::state_of(watch)->call(WatchedEvent());
        return give(std::vector<std::string>{std::string(path) + "/1", std::string(path) + "/2"});
    }
    AsyncResult<ChildrenAndStat> get_children_with_stat_async(
        std::string_view path, const Watcher& = {}, const ReadOptions& = {}
    ) {
        ChildrenAndStat node;
        node.children = {std::string(path) + "/1"};
        return give(std::move(node));
    }
    AsyncResult<ZnodeStat> set_async(
        std::string_view, const DataView& data, std::int32_t version = -1, const CallOptions& = {}
    ) {
        ZnodeStat stat;
        stat.version = version;
        stat.data_length = static_cast<std::int32_t>(data.size());
        return give(stat);
    }
    AsyncResult<void> delete_async(std::string_view, std::int32_t = -1, const CallOptions& = {}) {
        return give();
    }
    AsyncResult<AclsAndStat> get_acls_async(std::string_view, const CallOptions& = {}) {
        AclsAndStat node;
        node.acls = creator_all_acl();
        return give(std::move(node));
    }
    AsyncResult<ZnodeStat> set_acls_async(
        std::string_view, const AclList& acls, std::int32_t = -1, const CallOptions& = {}
    ) {
        ZnodeStat stat;
        stat.aversion = static_cast<std::int32_t>(acls.size());
        return give(stat);
    }

private:
    template <class... T>
    AsyncResult<T...> give(T... value) {
        Promise<T...> promise;
        const auto result = promise.result();
        Task complete = [promise = std::move(promise), ... value = std::move(value)]() mutable {
            promise.set(std::move(value)...);
        };
        if (delivery_ == Delivery::later) {
            waiting_.push_back(std::move(complete));
        } else {
            complete();
        }
        return result;
    }

    Delivery delivery_;
    std::deque<Task> waiting_;
};

}  // namespace kazoo::testing_support
