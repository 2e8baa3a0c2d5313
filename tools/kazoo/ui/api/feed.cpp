// SPDX-License-Identifier: Apache-2.0
#include "ui/api/feed.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/sleep.hpp>
#include <kazoo/watch_stream.hpp>

#include <chrono>
#include <new>
#include <optional>
#include <thread>

namespace tool::ui {
namespace {

constexpr std::chrono::milliseconds pause_after_failure{500};

/// What becomes of the feed after a watch has ended or could not be set.
enum class Next { again, unsupported, end };

Next next_after(const kazoo::Error& error) {
    if (error.code() == kazoo::ClientErrc::cancelled ||
        error.code() == kazoo::ClientErrc::connection_closed) {
        return Next::end;
    }
    return error.code() == kazoo::Errc::unimplemented ? Next::unsupported : Next::again;
}

void set_feed(Context& context, Feed feed) {
    if (context.feed.exchange(feed) != feed) {
        context.changes->add_status();
    }
}

void add(Changes& changes, const kazoo::WatchChange& change) {
    if (change.gap()) {
        changes.add_gap();
    } else {
        changes.add(to_string(change.type()), change.path());
    }
}

/// Follows the tree as long as one watch lasts.
kazoo::AsyncResult<void> follow_watch(SharedContext context) {
    const auto opening =
        context->zk.watch_stream_async("/", kazoo::WatchMode::persistent_recursive);
    kazoo::WatchStream stream = co_await opening;
    set_feed(*context, Feed::live);
    context->changes->add_gap();  // what has happened before is not known
    std::optional<kazoo::WatchChange> change;
    do {
        const auto next = stream.next();
        change = co_await next;
        if (change) {
            add(*context->changes, *change);
        }
    } while (change);
}

}  // namespace

kazoo::AsyncResult<void> follow_tree(SharedContext context) {
    for (;;) {
        Next next = Next::again;
        try {
            const auto following = follow_watch(context);
            co_await following;
        } catch (const kazoo::KazooException& exception) {
            next = next_after(exception.error());
        } catch (const std::bad_alloc&) {
            next = Next::again;
        }
        set_feed(*context, next == Next::unsupported ? Feed::unsupported : Feed::starting);
        if (next != Next::again) {
            co_return;
        }
        try {
            const auto pause = kazoo::sleep_async(context->zk.handler(), pause_after_failure);
            co_await pause;
        } catch (const std::bad_alloc&) {
            std::this_thread::sleep_for(pause_after_failure);
        } catch (const kazoo::OutOfMemoryError&) {
            std::this_thread::sleep_for(pause_after_failure);
        }
    }
}

}  // namespace tool::ui
