// SPDX-License-Identifier: Apache-2.0
// The part of Core that passes events of watches to the callback lane.
#include "client/core.hpp"
#include "client/lane_task.hpp"

#include <exception>

namespace kazoo::detail::client {
namespace {

/// An event on its way to the watch functions.
struct Delivery {
    session::WatchFired fired;
    std::uint64_t last_handle = 0;  // of lasting watches: later ones do not get the event
};

void call_watch_functions(Handler& handler, Delivery& delivery) {
    auto& [event, watchers] = delivery.fired;
    const auto lasting = watchers.first_lasting();
    for (auto watch = watchers.begin(); watch != lasting; ++watch) {
        try {
            static_cast<detail::WatcherState*>(watch->owner.get())->call(event);
        } catch (...) {
            handler.report_escaped(Lane::callback, std::current_exception());
        }
    }
    for (auto watch = lasting, end = watchers.end(); watch != end; ++watch) {
        shared_of(*watch).deliver(handler, event, delivery.last_handle);
    }
}

}  // namespace

bool Core::restores_watches() const {
    return driver_.look([](const session::Session& session) { return session.restores_watches(); });
}

/// The captures of a watch function that was never registered are destroyed where it would have
/// run.
void Core::discard(session::Cookie& watcher) {
    dispatch_owned(handler_, Lane::callback, watcher, [](Handler&, session::Cookie&) {});
}

void Core::on_event(session::WatchFired& event) {
    lane_probe_->note(Lane::callback);
    keep_left_watches(event);
    const auto last_handle = watch_hub_->admit(event, overloaded());
    watch_hub_->post_gaps();
    if (event.watchers.empty()) {
        return;
    }
    Delivery delivery{{event.event, {}}, last_handle};
    auto& delivered = delivery.fired;
    if (delivered.event.path) {
        delivered.event.path = chroot_.strip(*delivered.event.path);
    }
    const auto bytes = delivered.event.path ? delivered.event.path->size() : 0;
    detail::Backlog::add(*handler_, bytes);
    delivered.watchers.swap(event.watchers);
    try {
        dispatch_owned(
            handler_,
            Lane::callback,
            delivery,
            [bytes](Handler& handler, Delivery& arrived) {
                detail::Backlog::begun(handler);
                detail::Backlog::done(handler, bytes);
                call_watch_functions(handler, arrived);
            }
        );
    } catch (...) {
        detail::Backlog::begun(*handler_);
        detail::Backlog::done(*handler_, bytes);
        event.watchers.swap(delivered.watchers);  // the driver calls this again
        throw;
    }
}

void Core::on_event(session::WatchGap&) {
    lane_probe_->note(Lane::callback);
    watch_hub_->note_gap();
    watch_hub_->post_gaps();
}

}  // namespace kazoo::detail::client
