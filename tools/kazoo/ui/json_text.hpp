// SPDX-License-Identifier: Apache-2.0
/// JSON as text, to which values are added. The destructors of nlohmann-json's arrays and objects
/// allocate memory, and end the process if there is none.
#pragma once

#include <concepts>
#include <string>
#include <string_view>

namespace tool::ui {

/// Returns the text as a JSON string. Invalid UTF-8 is replaced by U+FFFD.
std::string quoted_json(std::string_view text);

class JsonObject {
public:
    JsonObject& add(std::string_view name, std::string_view value) {
        return add_json(name, quoted_json(value));
    }
    template <std::integral Value>
    JsonObject& add(std::string_view name, Value value) {
        if constexpr (std::same_as<Value, bool>) {
            return add_json(name, value ? "true" : "false");
        } else {
            return add_json(name, std::to_string(value));
        }
    }
    JsonObject& add_null(std::string_view name) { return add_json(name, "null"); }
    /// Adds a value that is JSON already.
    JsonObject& add_json(std::string_view name, std::string_view value);

    [[nodiscard]] std::string text() const { return members_.empty() ? "{}" : members_ + "}"; }

private:
    std::string members_;  // with what begins the object
};

class JsonArray {
public:
    JsonArray& add(std::string_view value) { return add_json(quoted_json(value)); }
    /// Adds a value that is JSON already.
    JsonArray& add_json(std::string_view value);

    [[nodiscard]] std::string text() const { return values_.empty() ? "[]" : values_ + "]"; }

private:
    std::string values_;  // with what begins the array
};

}  // namespace tool::ui
