// SPDX-License-Identifier: Apache-2.0
#include "client/shared_watch.hpp"

#include "client/watch_hub.hpp"
#include "client/watch_requests.hpp"

#include <exception>
#include <mutex>
#include <utility>

namespace kazoo::detail::client {

SharedWatch::SharedWatch(
    std::shared_ptr<WatchHub> owner, session::WatchKind watch_kind, std::string_view server_path
)
    : hub(std::move(owner)), path(server_path), kind(watch_kind) {
    unwanted.watch = this;
}

SharedWatch::~SharedWatch() = default;

void SharedWatch::deliver(Handler& handler, const WatchedEvent& event, std::uint64_t last) {
    HeldPlace cursor;
    while (const auto function = next_function(cursor, last)) {
        try {
            function->call(event);
        } catch (...) {
            handler.report_escaped(Lane::callback, std::current_exception());
        }
    }
}

/// Moves the cursor behind the next handle, so that any handle may be removed meanwhile, and
/// returns the function of this handle; null, with the cursor removed, if there is none.
detail::RefPtr<detail::WatcherState> SharedWatch::next_function(
    HeldPlace& cursor, std::uint64_t last
) {
    const std::lock_guard lock(hub->mutex());
    auto* at = cursor.is_chained() ? cursor.next : held.end().next;
    cursor.unchain();
    for (; at != &held.end(); at = at->next) {
        auto& place = static_cast<HeldPlace&>(*at);
        if (place.number > last) {
            break;
        }
        if (place.number != 0) {
            cursor.insert_after(place);
            return static_cast<HeldWatch&>(place).function;
        }
    }
    return {};
}

}  // namespace kazoo::detail::client
