// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace tool::ui {

/// The body of a request: a JSON object whose members are texts, numbers, switches and arrays of
/// texts. Functions throw HttpError 400 if a member has another type.
class Body {
public:
    /// Throws HttpError 400 if the text is not a JSON object.
    explicit Body(const std::string& text);

    [[nodiscard]] bool has(const char* name) const { return members_.count(name) != 0; }
    /// Returns a text, which must be there.
    [[nodiscard]] const std::string& text(const char* name) const;
    /// Returns a switch; false if it is not there.
    [[nodiscard]] bool is_on(const char* name) const;
    /// Returns a number or an array of texts; null if there is none.
    [[nodiscard]] const std::int64_t* number(const char* name) const;
    [[nodiscard]] const std::vector<std::string>* texts(const char* name) const;
    /// Returns the bytes of "data" in the encoding of "encoding"; std::nullopt for null.
    [[nodiscard]] std::optional<std::string> data() const;

private:
    struct Other {};
    using Null = std::monostate;
    using Value =
        std::variant<Null, bool, std::int64_t, std::string, std::vector<std::string>, Other>;
    class Reader;

    template <class T>
    [[nodiscard]] const T* find(const char* name) const;

    std::map<std::string, Value> members_;
};

}  // namespace tool::ui
