// SPDX-License-Identifier: Apache-2.0
// The part of Core that passes events of watches to the callback lane.
#include "client/core.hpp"
#include "client/lane_task.hpp"

#include <utility>

namespace kazoo::detail::client {

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
    if (event.type == EventType::NONE) {
        keep_left_watches(event);
    }
    std::uint64_t last_handle = 0;
    if (event.watchers.has_lasting()) {
        last_handle = watch_hub_->admit(event, overloaded());
    }
    if (watch_hub_->has_gaps() && watch_hub_->post_gaps()) {
        watch_batch_ = {};
    }
    if (event.watchers.empty() ||
        (watch_batch_ && watch_batch_->add(event, chroot_, last_handle))) {
        return;
    }
    auto batch = detail::make_ref<WatchBatch>(handler_);
    if (batch->add(event, chroot_, last_handle)) {
        batch->dispatch(event);  // if it throws, the driver calls this again
        watch_batch_ = std::move(batch);
    }
}

void Core::on_event(session::WatchGap&) {
    lane_probe_->note(Lane::callback);
    watch_hub_->note_gap();
    static_cast<void>(watch_hub_->post_gaps());
}

}  // namespace kazoo::detail::client
