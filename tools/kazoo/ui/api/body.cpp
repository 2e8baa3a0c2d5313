// SPDX-License-Identifier: Apache-2.0
#include "ui/api/body.hpp"

#include "output/base64.hpp"
#include "ui/http/message.hpp"

#include <nlohmann/json.hpp>

#include <limits>
#include <utility>

namespace tool::ui {
namespace {

using Json = nlohmann::ordered_json;

[[noreturn]] void malformed(const std::string& message) {
    throw HttpError(400, "malformed", message);
}

}  // namespace

/// Takes the members as they are parsed. Values of nlohmann-json are not made: see
/// ui/json_text.hpp.
class Body::Reader final : public nlohmann::json_sax<Json> {
public:
    explicit Reader(Body& body) : body_(&body) {}

    bool null() override { return add(Null()); }
    bool boolean(bool value) override { return add(value); }
    bool number_integer(std::int64_t value) override { return add(value); }
    bool number_unsigned(std::uint64_t value) override {
        return value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())
                   ? add(Other())
                   : add(static_cast<std::int64_t>(value));
    }
    bool number_float(double, const std::string&) override { return add(Other()); }
    bool string(std::string& value) override {
        if (depth_ == 2 && in_texts_) {
            std::get<std::vector<std::string>>(body_->members_[name_]).push_back(std::move(value));
            return true;
        }
        return add(std::move(value));
    }
    bool binary(Json::binary_t&) override { return add(Other()); }
    bool start_object(std::size_t) override {
        const bool goes_on = depth_ == 0 || add(Other());
        ++depth_;
        return goes_on;
    }
    bool key(std::string& name) override {
        if (depth_ == 1) {
            name_ = std::move(name);
        }
        return true;
    }
    bool end_object() override { return end(); }
    bool start_array(std::size_t) override {
        in_texts_ = depth_ == 1;
        const bool goes_on =
            depth_ != 0 && (in_texts_ ? add(std::vector<std::string>()) : add(Other()));
        ++depth_;
        return goes_on;
    }
    bool end_array() override { return end(); }
    bool parse_error(std::size_t, const std::string&, const Json::exception&) override {
        return false;
    }

private:
    /// Below a member, the value makes it one of another type.
    bool add(Value value) {
        if (depth_ == 0) {
            return false;  // the body is not an object
        }
        if (depth_ > 1) {
            in_texts_ = false;
            value = Other();
        }
        body_->members_[name_] = std::move(value);
        return true;
    }
    bool end() {
        --depth_;
        return true;
    }

    Body* body_;
    std::string name_;  // of the member
    std::size_t depth_ = 0;
    bool in_texts_ = false;  // in an array which has had only texts
};

Body::Body(const std::string& text) {
    Reader reader(*this);
    if (!Json::sax_parse(text, &reader)) {
        malformed("the body must be a JSON object");
    }
}

template <class T>
const T* Body::find(const char* name) const {
    const auto found = members_.find(name);
    return found == members_.end() ? nullptr : std::get_if<T>(&found->second);
}

const std::string& Body::text(const char* name) const {
    const auto* const value = find<std::string>(name);
    if (value == nullptr) {
        malformed("the field \"" + std::string(name) + "\" must be a text");
    }
    return *value;
}

bool Body::is_on(const char* name) const {
    const auto* const value = find<bool>(name);
    if (value == nullptr && has(name)) {
        malformed("the field \"" + std::string(name) + "\" must be true or false");
    }
    return value != nullptr && *value;
}

const std::int64_t* Body::number(const char* name) const {
    return find<std::int64_t>(name);
}

const std::vector<std::string>* Body::texts(const char* name) const {
    return find<std::vector<std::string>>(name);
}

std::optional<std::string> Body::data() const {
    if (!has("data") || find<Null>("data") != nullptr) {
        return std::nullopt;
    }
    const std::string& data = text("data");
    if (!has("encoding")) {
        return data;
    }
    auto bytes = text("encoding") == "base64" ? from_base64(data) : std::nullopt;
    if (!bytes) {
        malformed("the field \"data\" is not in the encoding that it names");
    }
    return bytes;
}

}  // namespace tool::ui
