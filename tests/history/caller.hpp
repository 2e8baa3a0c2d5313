// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "history/call_result.hpp"

#include <kazoo/client.hpp>

#include <optional>
#include <string>
#include <vector>

namespace kazoo::history {

/// The calls a program can make. `Program` derives from this and provides `call<T>(act, path,
/// make)`, which records a call, starts it with make(Call&) and follows its result, or returns an
/// empty result if there is no client; and, for use in `make`, `zk()`, `call_options()` and
/// `watcher(call, watches)`.
template <class Program>
class Caller {
public:
    AsyncResult<std::string> create(const std::string& path, const CreateOptions& create);
    AsyncResult<CreatedNode> create_with_stat(const std::string& path, const CreateOptions& create);
    AsyncResult<ZnodeStat> set(const std::string& path, std::int32_t version = -1);
    AsyncResult<void> remove(const std::string& path, std::int32_t version = -1);
    AsyncResult<NodeData> get(const std::string& path, bool watches);
    AsyncResult<std::optional<ZnodeStat>> look(const std::string& path, bool watches);
    AsyncResult<std::vector<std::string>> children(const std::string& path, bool watches);
    AsyncResult<ChildrenAndStat> children_with_stat(const std::string& path, bool watches);
    AsyncResult<std::string> sync(const std::string& path);
    AsyncResult<bool> ensure_path(const std::string& path);
    AsyncResult<void> remove_tree(const std::string& path);

private:
    friend Program;
    Caller() = default;
    ~Caller() = default;

    Program& me() { return static_cast<Program&>(*this); }
};

template <class Program>
AsyncResult<std::string> Caller<Program>::create(
    const std::string& path, const CreateOptions& create
) {
    return me().template call<std::string>(Act::create, path, [&](Call& call) {
        note(call, create);
        return me().zk().create_async(path, call.data, create, me().call_options());
    });
}

template <class Program>
AsyncResult<CreatedNode> Caller<Program>::create_with_stat(
    const std::string& path, const CreateOptions& create
) {
    return me().template call<CreatedNode>(Act::create, path, [&](Call& call) {
        note(call, create);
        return me().zk().create_with_stat_async(path, call.data, create, me().call_options());
    });
}

template <class Program>
AsyncResult<ZnodeStat> Caller<Program>::set(const std::string& path, std::int32_t version) {
    return me().template call<ZnodeStat>(Act::set, path, [&](Call& call) {
        call.version = version;
        return me().zk().set_async(path, call.data, version, me().call_options());
    });
}

template <class Program>
AsyncResult<void> Caller<Program>::remove(const std::string& path, std::int32_t version) {
    return me().template call<void>(Act::remove, path, [&](Call& call) {
        call.version = version;
        return me().zk().delete_async(path, version, me().call_options());
    });
}

template <class Program>
AsyncResult<NodeData> Caller<Program>::get(const std::string& path, bool watches) {
    return me().template call<NodeData>(Act::get, path, [&](Call& call) {
        return me().zk().get_async(path, me().watcher(call, watches), me().call_options());
    });
}

template <class Program>
AsyncResult<std::optional<ZnodeStat>> Caller<Program>::look(const std::string& path, bool watches) {
    return me().template call<std::optional<ZnodeStat>>(Act::exists, path, [&](Call& call) {
        return me().zk().exists_async(path, me().watcher(call, watches), me().call_options());
    });
}

template <class Program>
AsyncResult<std::vector<std::string>> Caller<Program>::children(
    const std::string& path, bool watches
) {
    return me().template call<std::vector<std::string>>(Act::children, path, [&](Call& call) {
        return me().zk().get_children_async(path, me().watcher(call, watches), me().call_options());
    });
}

template <class Program>
AsyncResult<ChildrenAndStat> Caller<Program>::children_with_stat(
    const std::string& path, bool watches
) {
    return me().template call<ChildrenAndStat>(Act::children, path, [&](Call& call) {
        return me().zk().get_children_with_stat_async(
            path, me().watcher(call, watches), me().call_options()
        );
    });
}

template <class Program>
AsyncResult<std::string> Caller<Program>::sync(const std::string& path) {
    return me().template call<std::string>(Act::sync, path, [&](Call&) {
        return me().zk().sync_async(path, me().call_options());
    });
}

template <class Program>
AsyncResult<bool> Caller<Program>::ensure_path(const std::string& path) {
    return me().template call<bool>(Act::ensure_path, path, [&](Call&) {
        return me().zk().ensure_path_async(path, std::nullopt, me().call_options());
    });
}

template <class Program>
AsyncResult<void> Caller<Program>::remove_tree(const std::string& path) {
    return me().template call<void>(Act::remove_tree, path, [&](Call&) {
        return me().zk().delete_recursive_async(path, me().call_options());
    });
}

}  // namespace kazoo::history
