// SPDX-License-Identifier: Apache-2.0
#include "codec/protocol_numbers.hpp"

namespace kazoo::codec {

std::optional<EventType> event_type(std::int32_t number) noexcept {
    switch (static_cast<WatchEventType>(number)) {
        case WatchEventType::created:
            return EventType::CREATED;
        case WatchEventType::deleted:
            return EventType::DELETED;
        case WatchEventType::data_changed:
            return EventType::CHANGED;
        case WatchEventType::children_changed:
            return EventType::CHILD;
    }
    return std::nullopt;
}

CreateMode create_mode(bool ephemeral, bool sequence) noexcept {
    if (ephemeral) {
        return sequence ? CreateMode::ephemeral_sequence : CreateMode::ephemeral;
    }
    return sequence ? CreateMode::sequence : CreateMode::persistent;
}

}  // namespace kazoo::codec
