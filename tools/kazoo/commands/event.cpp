// SPDX-License-Identifier: Apache-2.0
#include "commands/event.hpp"

#include "output/json.hpp"

namespace tool {

using kazoo::EventType;
using kazoo::WatchedEvent;

std::string event_line(Format format, const WatchedEvent& event) {
    if (format != Format::json) {
        return std::string(to_string(event.type)) + " " + event.path.value_or("-");
    }
    Json object{{"type", to_string(event.type)}};
    object["path"] = event.path ? Json(*event.path) : Json(nullptr);
    object["state"] = to_string(event.state);
    object["zxid"] = event.zxid ? Json(*event.zxid) : Json(nullptr);
    return json_text(object);
}

kazoo::Watcher announcing_watcher(Interactive& shell, Format format) {
    return [&shell, format](const WatchedEvent& event) {
        // The end of the session, which ends all watches, is announced once and by the shell.
        if (event.type != EventType::NONE) {
            const std::string line = event_line(format, event);
            shell.announce(format == Format::json ? line : "watch: " + line);
        }
    };
}

OneEvent::OneEvent(const Session& session, bool wanted) {
    if (wanted && session.shell() != nullptr) {
        watcher_ = announcing_watcher(*session.shell(), session.out().format());
    } else if (wanted) {
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
    out.line(event_line(out.format(), event));
}

}  // namespace tool
