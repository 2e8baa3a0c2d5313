// SPDX-License-Identifier: Apache-2.0
#include "commands/event.hpp"

#include "output/json.hpp"

namespace tool {

using kazoo::EventType;
using kazoo::WatchedEvent;

void print_event(Output& out, const WatchedEvent& event) {
    if (!out.is_json()) {
        out.line(std::string(to_string(event.type)) + " " + event.path.value_or("-"));
        return;
    }
    Json object{{"type", to_string(event.type)}};
    object["path"] = event.path ? Json(*event.path) : Json(nullptr);
    object["state"] = to_string(event.state);
    object["zxid"] = event.zxid ? Json(*event.zxid) : Json(nullptr);
    out.json(object);
}

OneEvent::OneEvent(bool wanted) {
    if (wanted) {
        event_ = std::make_shared<std::promise<WatchedEvent>>();
        watcher_ = [event = event_](const WatchedEvent& happened) { event->set_value(happened); };
    }
}

void OneEvent::print(Output& out) {
    if (!event_) {
        return;
    }
    out.flush();
    const WatchedEvent event = event_->get_future().get();
    if (event.type == EventType::NONE) {
        throw Failure(ExitCode::lost, "the session has ended, and the watch with it");
    }
    print_event(out, event);
}

}  // namespace tool
