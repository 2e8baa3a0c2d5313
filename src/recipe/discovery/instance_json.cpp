// SPDX-License-Identifier: Apache-2.0
// The JSON of Curator's JsonInstanceSerializer.
#include "recipe/json/json_members.hpp"
#include "recipe/json/json_scalar.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/recipes/service_instance.hpp>

#include <nlohmann/json.hpp>

#include <charconv>
#include <limits>
#include <utility>

namespace kazoo {
namespace {

using detail::recipe::byte_order_mark;
using detail::recipe::json_elements;
using detail::recipe::json_member;
using detail::recipe::json_members;
using detail::recipe::json_scalar;
using detail::recipe::json_string;
using nlohmann::json;

constexpr const char* operation = "ServiceInstance";

// Writing.

[[noreturn]] void refuse(std::string detail) {
    throw_error(Error(Errc::bad_arguments, Outcome::not_sent, operation, {}, std::move(detail)));
}

std::string quoted(const std::string& text) {
    try {
        return json(text).dump();
    } catch (const json::exception&) {
        refuse("a text is not UTF-8");
    }
}

std::string number_or_null(const std::optional<std::int32_t>& number) {
    return number ? std::to_string(*number) : "null";
}

std::string checked_payload(const std::optional<std::string>& payload) {
    if (!payload) {
        return "null";
    }
    // The parser takes a zero for the end of its input, and accepts a mark before it.
    const bool is_alone =
        payload->find('\0') == std::string::npos && !payload->starts_with(byte_order_mark);
    if (!is_alone || !json::accept(*payload)) {
        refuse("the payload is not a JSON value");
    }
    return *payload;
}

std::string spec_text(const std::optional<UriSpec>& spec) {
    if (!spec) {
        return "null";
    }
    std::string text;
    for (const auto& part : spec->parts()) {
        text += text.empty() ? "" : ",";
        text += "{\"value\":" + quoted(part.value) +
                ",\"variable\":" + (part.variable ? "true}" : "false}");
    }
    return "{\"parts\":[" + text + "]}";
}

// Reading.

/// A field of an instance.
class Field {
public:
    Field(std::string_view path, std::string name, std::string_view text)
        : path_(path), name_(std::move(name)), text_(text) {}

    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    [[nodiscard]] std::string_view text() const noexcept { return text_; }
    [[nodiscard]] bool is_null() const noexcept { return text_ == "null"; }

    [[nodiscard]] std::string string() const {
        if (auto text = json_string(text_)) {
            return *std::move(text);
        }
        if (!json_scalar(text_).is_number()) {
            malformed("a text");
        }
        return std::string(text_);  // Curator reads numbers as texts, too
    }
    [[nodiscard]] bool boolean() const {
        const auto value = json_scalar(text_);
        if (!value.is_boolean()) {
            malformed("true or false");
        }
        return value.get<bool>();
    }
    [[nodiscard]] std::int64_t integer(std::int64_t least, std::int64_t most) const {
        const auto value = json_scalar(text_);
        std::optional<std::int64_t> number;
        if (value.is_number_unsigned()) {
            const auto positive = value.get<std::uint64_t>();
            if (positive <= static_cast<std::uint64_t>(most)) {
                number = static_cast<std::int64_t>(positive);
            }
        } else if (value.is_number_integer()) {
            number = value.get<std::int64_t>();
        } else if (value.is_string()) {
            number = from_text(value.get_ref<const std::string&>());
        }
        if (!number || *number < least || *number > most) {
            malformed("an integer");
        }
        return *number;
    }
    [[nodiscard]] std::optional<std::int32_t> port() const {
        using Limits = std::numeric_limits<std::int32_t>;
        std::optional<std::int32_t> port;
        if (!is_null() && text_ != "\"\"") {
            port = static_cast<std::int32_t>(integer(Limits::min(), Limits::max()));
        }
        return port;
    }
    [[nodiscard]] ServiceType type() const {
        const auto text = string();
        for (const auto type :
             {ServiceType::DYNAMIC,
              ServiceType::STATIC,
              ServiceType::PERMANENT,
              ServiceType::DYNAMIC_SEQUENTIAL}) {
            if (text == to_string(type)) {
                return type;
            }
        }
        malformed("a type of services");
    }
    [[nodiscard]] UriSpec spec() const {
        const auto parts = json_member(text_, "parts");
        if (!parts.starts_with('[')) {
            malformed("a pattern with parts");
        }
        std::vector<UriSpec::Part> made;
        for (const auto part : json_elements(parts)) {
            auto text = json_string(json_member(part, "value"));
            const auto variable = json_scalar(json_member(part, "variable"));
            if (!text || !variable.is_boolean()) {
                malformed("a pattern whose parts have a value and a variable");
            }
            made.emplace_back(*std::move(text), variable.get<bool>());
        }
        return UriSpec(std::move(made));
    }

private:
    [[nodiscard]] static std::optional<std::int64_t> from_text(const std::string& text) {
        std::int64_t number = 0;
        const auto* const end = text.data() + text.size();
        const auto read = std::from_chars(text.data(), end, number);
        const bool whole = read.ec == std::errc() && read.ptr == end;
        return whole ? std::optional(number) : std::nullopt;
    }
    [[noreturn]] void malformed(const char* what) const {
        throw_error(Error(
            ClientErrc::malformed_data,
            Outcome::not_applied,
            operation,
            std::string(path_),
            "its field \"" + name_ + "\" is not " + what
        ));
    }

    const std::string_view path_;
    const std::string name_;
    const std::string_view text_;
};

[[noreturn]] void malformed(std::string_view path, const char* what) {
    throw_error(
        Error(ClientErrc::malformed_data, Outcome::not_applied, operation, std::string(path), what)
    );
}

/// Sets the field of the instance.
void read_field(ServiceInstance& instance, const Field& field) {
    const auto& name = field.name();
    if (name == "port") {
        instance.port(field.port());
    } else if (name == "sslPort") {
        instance.ssl_port(field.port());
    } else if (field.is_null()) {
        return;  // the default
    } else if (name == "name") {
        instance.name(field.string());
    } else if (name == "id") {
        instance.id(field.string());
    } else if (name == "address") {
        instance.address(field.string());
    } else if (name == "payload") {
        instance.payload(std::string(field.text()));
    } else if (name == "registrationTimeUTC") {
        using Limits = std::numeric_limits<std::int64_t>;
        const std::chrono::milliseconds time(field.integer(Limits::min(), Limits::max()));
        instance.registration_time(ServiceInstance::Time(time));
    } else if (name == "serviceType") {
        instance.type(field.type());
    } else if (name == "uriSpec") {
        instance.uri_spec(field.spec());
    } else if (name == "enabled") {
        instance.enabled(field.boolean());
    }
}

}  // namespace

std::string ServiceInstance::to_json(EnabledField enabled_field) const {
    std::string text =
        "{\"name\":" + quoted(name_) + ",\"id\":" + quoted(id_) +
        ",\"address\":" + (address_.empty() ? "null" : quoted(address_)) +
        ",\"port\":" + number_or_null(port_) + ",\"sslPort\":" + number_or_null(ssl_port_) +
        ",\"payload\":" + checked_payload(payload_) + ",\"registrationTimeUTC\":" +
        std::to_string(registration_time_.time_since_epoch().count()) + ",\"serviceType\":\"" +
        to_string(type_) + "\",\"uriSpec\":" + spec_text(uri_spec_);
    if (!enabled_ || enabled_field == EnabledField::always) {
        text += enabled_ ? ",\"enabled\":true" : ",\"enabled\":false";
    }
    text += '}';
    if (text.size() > max_json_bytes) {
        refuse("an instance of " + std::to_string(text.size()) + " bytes does not fit in a node");
    }
    return text;
}

ServiceInstance ServiceInstance::from_json(std::string_view text, std::string_view path) {
    if (text.size() > max_json_bytes) {
        malformed(path, "it is longer than an instance may be");
    }
    if (text.starts_with(byte_order_mark)) {
        text.remove_prefix(byte_order_mark.size());
    }
    if (!json::accept(text)) {
        malformed(path, "it is not JSON");
    }
    ServiceInstance instance;
    for (const auto& [key, value] : json_members(text)) {
        read_field(instance, Field(path, json_string(key).value_or(""), value));
    }
    if (instance.name_.empty() || instance.id_.empty()) {
        malformed(path, "it is not a JSON object with a name and an id");
    }
    return instance;
}

}  // namespace kazoo
