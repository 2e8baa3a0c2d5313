// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "history/call_result.hpp"

#include <kazoo/client.hpp>
#include <kazoo/paths.hpp>

#include <optional>
#include <string>
#include <utility>
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
    /// A read of the latest state, or of a state after the transaction `at_least` if that is not 0.
    AsyncResult<NodeData> get_consistent(const std::string& path, std::int64_t at_least);
    AsyncResult<std::vector<std::string>> children_latest(const std::string& path);
    AsyncResult<MultiReadResults> read_many(std::vector<Part> reads);
    AsyncResult<std::vector<ChildNode>> children_with_data(const std::string& path);
    AsyncResult<CreatedOrSet> create_or_set(const std::string& path, const CreateOptions& create);
    /// Commits a transaction. Its writes get data of their own unless they have some.
    AsyncResult<TransactionResults> commit(std::vector<Part> parts);
    /// Commits a transaction whose writes have data, with a marker.
    AsyncResult<TransactionResults> commit_protected(
        const std::vector<Part>& parts, const std::string& id
    );
    AsyncResult<bool> applied(const std::vector<Part>& parts, const std::string& id);
    AsyncResult<void> forget(const std::vector<Part>& parts, const std::string& id);
    AsyncResult<std::string> sync(const std::string& path);
    AsyncResult<bool> ensure_path(const std::string& path);
    AsyncResult<void> remove_tree(const std::string& path);

private:
    friend Program;
    Caller() = default;
    ~Caller() = default;

    Program& me() { return static_cast<Program&>(*this); }
    Transaction transaction_of(const std::vector<Part>& parts);
};

/// The parent of all markers.
inline constexpr const char* markers = "/m";

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
AsyncResult<NodeData> Caller<Program>::get_consistent(
    const std::string& path, std::int64_t at_least
) {
    return me().template call<NodeData>(Act::get, path, [&](Call& call) {
        ReadOptions options(me().call_options());
        call.latest = at_least == 0;
        call.at_least = at_least;
        if (call.latest) {
            options.consistency(Consistency::latest);
        } else {
            options.at_least(at_least);
            call.multi_step_operation = true;  // may be answered late
        }
        return me().zk().get_async(path, options);
    });
}

template <class Program>
AsyncResult<std::vector<std::string>> Caller<Program>::children_latest(const std::string& path) {
    return me().template call<std::vector<std::string>>(Act::children, path, [&](Call& call) {
        call.latest = true;
        const auto options = ReadOptions(me().call_options()).consistency(Consistency::latest);
        return me().zk().get_children_async(path, options);
    });
}

template <class Program>
AsyncResult<MultiReadResults> Caller<Program>::read_many(std::vector<Part> reads) {
    const auto path = reads.front().path;
    return me().template call<MultiReadResults>(Act::multi_read, path, [&](Call& call) {
        auto multi_read = me().zk().multi_read();
        for (const auto& read : reads) {
            read.act == Act::get ? multi_read.get(read.path) : multi_read.get_children(read.path);
        }
        call.parts = std::move(reads);
        return multi_read.read_async(me().call_options());
    });
}

template <class Program>
AsyncResult<std::vector<ChildNode>> Caller<Program>::children_with_data(const std::string& path) {
    return me()
        .template call<std::vector<ChildNode>>(Act::children_with_data, path, [&](Call& call) {
            call.multi_step_operation = true;
            return me().zk().get_children_with_data_async(path, me().call_options());
        });
}

template <class Program>
AsyncResult<CreatedOrSet> Caller<Program>::create_or_set(
    const std::string& path, const CreateOptions& create
) {
    return me().template call<CreatedOrSet>(Act::create_or_set, path, [&](Call& call) {
        note(call, create);
        call.multi_step_operation = true;
        return me().zk().create_or_set_async(path, call.data, create, me().call_options());
    });
}

template <class Program>
Transaction Caller<Program>::transaction_of(const std::vector<Part>& parts) {
    auto transaction = me().zk().transaction();
    for (const auto& part : parts) {
        const auto create = CreateOptions().ephemeral(part.ephemeral).sequence(part.sequence);
        switch (part.act) {
            case Act::create:
                transaction.create(part.path, part.data, create);
                break;
            case Act::set:
                transaction.set_data(part.path, part.data, part.version);
                break;
            case Act::remove:
                transaction.delete_(part.path, part.version);
                break;
            default:
                transaction.check(part.path, part.version);
        }
    }
    return transaction;
}

template <class Program>
AsyncResult<TransactionResults> Caller<Program>::commit(std::vector<Part> parts) {
    const auto path = parts.front().path;
    return me().template call<TransactionResults>(Act::transaction, path, [&](Call& call) {
        call.parts = std::move(parts);
        name_writes(call.parts, "d" + std::to_string(call.number));
        return transaction_of(call.parts).commit_async(me().call_options());
    });
}

template <class Program>
AsyncResult<TransactionResults> Caller<Program>::commit_protected(
    const std::vector<Part>& parts, const std::string& id
) {
    const auto path = parts.front().path;
    return me().template call<TransactionResults>(Act::transaction, path, [&](Call& call) {
        call.multi_step_operation = true;  // may read the marker
        call.parts = parts;
        call.marker = join_path(markers, id);
        return transaction_of(parts).protect(markers, id).commit_async(me().call_options());
    });
}

template <class Program>
AsyncResult<bool> Caller<Program>::applied(const std::vector<Part>& parts, const std::string& id) {
    return me().template call<bool>(Act::applied, join_path(markers, id), [&](Call& call) {
        call.marker = call.path;
        return transaction_of(parts).protect(markers, id).applied_async(me().call_options());
    });
}

template <class Program>
AsyncResult<void> Caller<Program>::forget(const std::vector<Part>& parts, const std::string& id) {
    return me().template call<void>(Act::forget, join_path(markers, id), [&](Call&) {
        return transaction_of(parts).protect(markers, id).forget_async(me().call_options());
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
