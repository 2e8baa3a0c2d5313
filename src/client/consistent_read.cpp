// SPDX-License-Identifier: Apache-2.0
#include "client/consistent_read.hpp"

#include "client/multi_step_operations.hpp"
#include "client/operations.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/when.hpp>

#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace kazoo::detail::client {
namespace {

/// How many syncs a read with a zxid may take. One is enough, unless the leader that answers it has
/// just been replaced.
constexpr int most_syncs = 3;

template <class T>
constexpr const char* name_of_read = "get_children";
template <>
constexpr const char* name_of_read<NodeData> = "get";
template <>
constexpr const char* name_of_read<std::optional<ZnodeStat>> = "exists";

/// Sends one request.
template <class T>
AsyncResult<T> read_once(
    Core& core, std::string_view path, const Watcher& watch, const CallContext& context
) {
    if constexpr (std::is_same_v<T, NodeData>) {
        return get(core, path, watch, context);
    } else if constexpr (std::is_same_v<T, std::optional<ZnodeStat>>) {
        return exists(core, path, watch, context);
    } else {
        return get_children<T>(core, path, watch, context);
    }
}

/// Returns the zxid of the reply to a read that is ready; 0 if there was no reply.
template <class T>
std::int64_t zxid_of(const AsyncResult<T>& read) noexcept {
    // The result of one request, whether it was sent or refused, is an Operation.
    return static_cast<const Operation<T>&>(*detail::state_of(read)).zxid();
}

/// Returns whether a read is not to be repeated: the reply, even if it is an error, shows the state
/// after that transaction, or there is none.
template <class T>
bool is_final(const AsyncResult<T>& read, const std::optional<std::int64_t>& at_least) noexcept {
    const auto zxid = zxid_of(read);
    return !at_least || zxid >= *at_least || (zxid == 0 && !read.successful());
}

/// Waits for the sync of a read. Throws its error as one of the read.
AsyncResult<void> await_sync(AsyncResult<std::string> synced, const char* operation) {
    std::optional<Error> failed;
    try {
        co_await direct(synced);
    } catch (const KazooException& error) {
        failed = error.error();
    }
    if (failed) {
        if (failed->detail().empty()) {
            failed->detail("the sync that precedes the read failed");
        }
        throw_error(failed->operation(operation));
    }
}

[[noreturn]] void throw_stale(
    const char* operation, const std::string& path, std::int64_t reached, std::int64_t at_least
) {
    throw_error(Error(
        ClientErrc::stale_read,
        Outcome::not_applied,
        operation,
        path,
        "the connected server has reached zxid " + std::to_string(reached) + " after " +
            std::to_string(most_syncs) + " syncs, and not " + std::to_string(at_least)
    ));
}

template <class T>
AsyncResult<T> read_in_steps(
    std::shared_ptr<Core> core,
    OwnedPath path,
    Watcher watch,
    ReadOptions options,
    CallContext context
) {
    const auto* const operation = name_of_read<T>;
    int syncs = 0;
    bool sync_first = options.consistency() == Consistency::latest;
    for (;; sync_first = true) {
        AsyncResult<std::string> synced;
        if (sync_first) {
            ++syncs;
            synced = sync(*core, path.view(), context);
        }
        // Sent at once. The server answers in order, and so executes it after the sync.
        std::vector<AsyncResult<T>> reads;
        reads.push_back(read_once<T>(*core, path.view(), watch, context));
        if (sync_first) {
            const auto awaited = await_sync(synced, operation);
            try {
                co_await direct(awaited);
            } catch (...) {
                reads.front().cancel();
                throw;
            }
        }
        // Combined, to see the zxid of a failure as well, and so that the value is moved.
        auto ended = co_await direct(when_all(std::move(reads)));
        const auto& at_least = options.at_least();
        if (is_final(ended.front(), at_least)) {
            co_return std::move(ended.front()).get();
        }
        if (syncs == most_syncs) {
            throw_stale(operation, path.text(), zxid_of(ended.front()), *at_least);
        }
    }
}

}  // namespace

template <class T>
AsyncResult<T> read(
    const std::shared_ptr<Core>& core,
    std::string_view path,
    const Watcher& watch,
    const ReadOptions& options,
    const CallContext& context
) {
    if (options.consistency() == Consistency::local && !options.at_least()) {
        return read_once<T>(*core, path, watch, context);
    }
    const auto view = path.data() != nullptr ? PathView(path) : null_path;
    return read_in_steps<T>(core, OwnedPath(view), watch, options, context);
}

template AsyncResult<NodeData> read(
    const std::shared_ptr<Core>& core,
    std::string_view path,
    const Watcher& watch,
    const ReadOptions& options,
    const CallContext& context
);
template AsyncResult<std::optional<ZnodeStat>> read(
    const std::shared_ptr<Core>& core,
    std::string_view path,
    const Watcher& watch,
    const ReadOptions& options,
    const CallContext& context
);
template AsyncResult<std::vector<std::string>> read(
    const std::shared_ptr<Core>& core,
    std::string_view path,
    const Watcher& watch,
    const ReadOptions& options,
    const CallContext& context
);
template AsyncResult<ChildrenAndStat> read(
    const std::shared_ptr<Core>& core,
    std::string_view path,
    const Watcher& watch,
    const ReadOptions& options,
    const CallContext& context
);

}  // namespace kazoo::detail::client
