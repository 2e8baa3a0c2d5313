// SPDX-License-Identifier: Apache-2.0
#include "ui/api/changes.hpp"

#include "ui/json_text.hpp"

#include <new>

namespace tool::ui {
namespace {

std::string text_of(bool gap, bool status, const std::map<std::string, const char*>& nodes) {
    JsonArray changes;
    for (const auto& [path, type] : nodes) {
        changes.add_json(JsonObject().add("type", type).add("path", path).text());
    }
    JsonObject event;
    event.add("gap", gap).add("status", status).add_json("changes", changes.text());
    return event.text();
}

}  // namespace

void Changes::add(const char* type, const std::string& path) noexcept {
    {
        const std::lock_guard lock(mutex_);
        try {
            if (gap_) {
                return;  // it covers this event
            }
            nodes_[path] = type;
        } catch (const std::bad_alloc&) {
            replace_by_gap();
        }
        if (nodes_.size() > limit_) {
            replace_by_gap();
        }
    }
    wake_();
}

void Changes::replace_by_gap() noexcept {
    nodes_.clear();
    gap_ = true;
}

void Changes::add_gap() noexcept {
    {
        const std::lock_guard lock(mutex_);
        replace_by_gap();
    }
    wake_();
}

void Changes::add_status() noexcept {
    {
        const std::lock_guard lock(mutex_);
        status_ = true;
    }
    wake_();
}

std::string Changes::take() {
    std::map<std::string, const char*> nodes;
    bool gap = false;
    bool status = false;
    {
        const std::lock_guard lock(mutex_);
        nodes.swap(nodes_);
        gap = std::exchange(gap_, false);
        status = std::exchange(status_, false);
    }
    if (!gap && !status && nodes.empty()) {
        return "";
    }
    try {
        return text_of(gap, status, nodes);
    } catch (const std::bad_alloc&) {
        const std::lock_guard lock(mutex_);
        replace_by_gap();
        status_ = status_ || status;
        throw;
    }
}

std::string Changes::gap() {
    return text_of(true, true, {});
}

}  // namespace tool::ui
