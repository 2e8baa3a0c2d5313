// SPDX-License-Identifier: Apache-2.0
#include "recipe/watch/watch_steps.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/recipes/data_watch.hpp>

#include <utility>

namespace kazoo {
namespace {

using namespace detail::recipe;

/// A node that does not exist is a Reading, not an error.
AsyncResult<Reading> read_data(
    KazooClient& client, std::string path, Watcher watch, CallOptions options
) {
    Reading reading;
    try {
        auto result = client.get_async(path, watch, options);
        NodeData node = co_await direct(std::move(result));
        reading = Reading(std::move(node));
    } catch (const NoNodeError&) {
    }
    co_return reading;
}

WatchParameters parameters(
    const char* name, PathView path, const DataWatchOptions& options, bool end_with_client
) {
    WatchRules rules;
    rules.allow_session_lost = options.allow_session_lost();
    rules.end_with_client = end_with_client;
    return {data_kind(), name, std::string(path), rules, options.retry()};
}

DataChange public_data_change(Change& change) {
    DataChange made;
    if (change.now.stat) {
        made.node.emplace();
        made.node->data = std::move(change.now.data);
        made.node->stat = *change.now.stat;
        made.node->null_data = change.now.null_data;
    }
    made.event = std::move(change.event);
    return made;
}

AsyncResult<std::optional<DataChange>> next_data(std::shared_ptr<Watching> watching) {
    auto next = next_of_stream(watching);
    std::optional<Change> change = co_await direct(std::move(next));
    std::optional<DataChange> made;
    if (change) {
        made = public_data_change(*change);
    }
    co_return made;
}

}  // namespace

WatchKind detail::recipe::data_kind() {
    return {read_data, &LastReport::data_differs};
}

detail::WatchHolder DataWatch::begin(
    KazooClient& client,
    PathView path,
    UniqueFunction<bool(DataChange&)> function,
    const DataWatchOptions& options
) {
    auto report = [function = std::move(function)](Change& change) mutable {
        auto made = public_data_change(change);
        return function(made);
    };
    auto watching = Watching::make(
        ClientRef(client),
        parameters("DataWatch", path, options, false),
        options.on_error(),
        std::move(report)
    );
    begin_run(watching);
    return {std::move(watching), detail::OnStop::wait_for_call};
}

DataStream::DataStream(KazooClient& client, PathView path, const DataWatchOptions& options)
    : watch_(
          Watching::make(
              ClientRef(client), parameters("DataStream", path, options, true), options.on_error()
          ),
          detail::OnStop::return_at_once
      ) {}

AsyncResult<std::optional<DataChange>> DataStream::next() {
    return next_data(watch_.watching());
}

}  // namespace kazoo
