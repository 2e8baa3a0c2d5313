// SPDX-License-Identifier: Apache-2.0
#include "recipe/election/leader_reading.hpp"
#include "recipe/pauses.hpp"
#include "recipe/watch/watch_steps.hpp"

#include <kazoo/recipes/election.hpp>

#include <utility>

namespace kazoo {
namespace {

using namespace detail::recipe;
using LeaderChange = LeaderStream::Change;

std::shared_ptr<Watching> make_watching(
    KazooClient& client, PathView path, const LockFormat& format, const DataWatchOptions& options
) {
    WatchRules rules;
    rules.allow_session_lost = options.allow_session_lost();
    rules.end_with_client = true;
    const auto reader = std::make_shared<const LeaderReader>(
        RecipeClient(client, "LeaderStream"), std::string_view(path), LockOptions().format(format)
    );
    WatchKind kind;
    kind.read = [reader](KazooClient&, std::string, Watcher watch, CallOptions call_options) {
        return read_leader(reader, std::move(watch), std::move(call_options));
    };
    kind.differs = &LastReport::found_differs;
    return Watching::make(
        ClientRef(client),
        {std::move(kind), "LeaderStream", reader->path, rules, options.retry()},
        options.on_error()
    );
}

AsyncResult<std::optional<LeaderChange>> next_leader(
    std::shared_ptr<Watching> watching, LockNames names
) {
    auto next = next_of_stream(watching);
    std::optional<Change> change = co_await direct(std::move(next));
    std::optional<LeaderChange> made;
    if (change) {
        made.emplace();
        made->leader = retry_bad_alloc([&] {  // the change must not be lost
            return leader_of(names, watching->path(), std::move(change->now));
        });
    }
    co_return made;
}

}  // namespace

LeaderStream::LeaderStream(
    KazooClient& client, PathView path, const LockFormat& format, const DataWatchOptions& options
)
    : watch_(make_watching(client, path, format, options), detail::OnStop::return_at_once),
      format_(format) {}

AsyncResult<std::optional<LeaderChange>> LeaderStream::next() {
    const LockNames names(LockOptions().format(format_), detail::LockKind::lock);
    return next_leader(watch_.watching(), names);
}

}  // namespace kazoo
