// SPDX-License-Identifier: Apache-2.0
#include "recipe/watch/watch_steps.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/recipes/children_watch.hpp>

#include <utility>

namespace kazoo {
namespace {

using namespace detail::recipe;

/// A node that does not exist is a Reading, not an error.
AsyncResult<Reading> read_children(
    KazooClient& client, std::string path, Watcher watch, CallOptions options
) {
    Reading reading;
    try {
        auto result = client.get_children_with_stat_async(path, watch, options);
        ChildrenAndStat node = co_await direct(std::move(result));
        reading = Reading(std::move(node));
    } catch (const NoNodeError&) {
    }
    co_return reading;
}

WatchParameters parameters(
    const char* name, PathView path, const ChildrenWatchOptions& options, bool end_with_client
) {
    WatchRules rules;
    rules.allow_session_lost = options.allow_session_lost();
    rules.wait_for_node = options.waits_for_node();
    rules.end_with_client = end_with_client;
    return {children_kind(), name, std::string(path), rules, options.retry()};
}

ChildrenChange public_change(Change& change) {
    ChildrenChange made;
    made.children = std::move(change.now.children);
    made.added = std::move(change.added);
    made.removed = std::move(change.removed);
    made.stat = change.now.stat;
    made.event = std::move(change.event);
    return made;
}

AsyncResult<std::optional<ChildrenChange>> next_children(std::shared_ptr<Watching> watching) {
    auto next = next_of_stream(watching);
    std::optional<Change> change = co_await direct(std::move(next));
    std::optional<ChildrenChange> made;
    if (change) {
        made = public_change(*change);
    }
    co_return made;
}

}  // namespace

WatchKind detail::recipe::children_kind() {
    return {read_children, &LastReport::children_differ};
}

detail::WatchHolder ChildrenWatch::begin(
    KazooClient& client,
    PathView path,
    UniqueFunction<bool(ChildrenChange&)> function,
    const ChildrenWatchOptions& options
) {
    auto report = [function = std::move(function)](Change& change) mutable {
        auto made = public_change(change);
        return function(made);
    };
    auto watching = Watching::make(
        ClientRef(client),
        parameters("ChildrenWatch", path, options, false),
        options.on_error(),
        std::move(report)
    );
    begin_run(watching);
    return {std::move(watching), detail::OnStop::wait_for_call};
}

ChildrenStream::ChildrenStream(
    KazooClient& client, PathView path, const ChildrenWatchOptions& options
)
    : watch_(
          Watching::make(
              ClientRef(client),
              parameters("ChildrenStream", path, options, true),
              options.on_error()
          ),
          detail::OnStop::return_at_once
      ) {}

AsyncResult<std::optional<ChildrenChange>> ChildrenStream::next() {
    return next_children(watch_.watching());
}

}  // namespace kazoo
