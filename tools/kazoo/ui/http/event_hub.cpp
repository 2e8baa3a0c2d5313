// SPDX-License-Identifier: Apache-2.0
#include "ui/http/event_hub.hpp"

#include <algorithm>
#include <new>

namespace tool::ui {

std::shared_ptr<Subscriber> EventHub::subscribe(const boost::asio::any_io_executor& executor) {
    subscribers_.erase(
        std::remove_if(
            subscribers_.begin(),
            subscribers_.end(),
            [](const std::weak_ptr<Subscriber>& subscriber) { return subscriber.expired(); }
        ),
        subscribers_.end()
    );
    if (subscribers_.size() >= most_subscribers_) {
        return nullptr;
    }
    auto subscriber = std::make_shared<Subscriber>(executor);
    subscribers_.push_back(subscriber);
    return subscriber;
}

void EventHub::append(Subscriber& subscriber, const std::string& event, const std::string& gap)
    const {
    const std::string text = "data: " + event + "\n\n";
    if (subscriber.outbox.size() + text.size() > most_bytes_) {
        subscriber.outbox = "data: " + gap + "\n\n";
    } else {
        subscriber.outbox += text;
    }
}

void EventHub::publish(const std::string& event, const std::string& gap) noexcept {
    for (const auto& reader : subscribers_) {
        if (const auto subscriber = reader.lock()) {
            try {
                append(*subscriber, event, gap);
            } catch (const std::bad_alloc&) {
                subscriber->closed = true;
            }
            subscriber->signal.cancel();
        }
    }
}

}  // namespace tool::ui
