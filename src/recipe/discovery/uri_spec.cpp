// SPDX-License-Identifier: Apache-2.0
#include <kazoo/exceptions.hpp>
#include <kazoo/recipes/service_instance.hpp>

#include <algorithm>
#include <string>

namespace kazoo {
namespace {

[[noreturn]] void refuse_spec(std::string detail) {
    throw_error(Error(Errc::bad_arguments, Outcome::not_sent, "UriSpec", {}, std::move(detail)));
}

/// Returns the text without the characters up to the space at both ends, as Java's `trim`.
std::string_view trimmed(std::string_view text) noexcept {
    while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') {
        text.remove_prefix(1);
    }
    while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') {
        text.remove_suffix(1);
    }
    return text;
}

std::string number_text(const std::optional<std::int32_t>& number) {
    return number ? std::to_string(*number) : std::string();
}

std::string lower_case(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return text;
}

/// Returns the value of a variable that an instance defines.
std::string defined(const ServiceInstance& instance, std::string_view variable) {
    if (variable == "[") {
        return "{";
    }
    if (variable == "]") {
        return "}";
    }
    if (variable == "scheme") {
        return instance.ssl_port() ? "https" : "http";
    }
    if (variable == "name") {
        return instance.name();
    }
    if (variable == "id") {
        return instance.id();
    }
    if (variable == "address") {
        return instance.address();
    }
    if (variable == "port") {
        return number_text(instance.port());
    }
    if (variable == "ssl-port") {
        return number_text(instance.ssl_port());
    }
    if (variable == "registration-time-utc") {
        return std::to_string(instance.registration_time().time_since_epoch().count());
    }
    return variable == "service-type" ? lower_case(to_string(instance.type())) : std::string();
}

}  // namespace

UriSpec::UriSpec(std::string_view pattern) {
    const std::string quoted = "the pattern \"" + std::string(pattern) + "\" has a \"";
    bool variable = false;
    while (!pattern.empty()) {
        const auto brace = pattern.find_first_of("{}");
        const auto text = pattern.substr(0, brace);
        if (!text.empty()) {
            parts_.emplace_back(std::string(variable ? trimmed(text) : text), variable);
        }
        if (brace == std::string_view::npos) {
            break;
        }
        const bool opens = pattern[brace] == '{';
        if (opens == variable) {
            refuse_spec(quoted + (opens ? "{\" within a variable" : "}\" without a \"{\" before"));
        }
        variable = opens;
        pattern.remove_prefix(brace + 1);
    }
    if (variable) {
        refuse_spec(quoted + "{\" without a \"}\"");
    }
}

std::string UriSpec::build(const ServiceInstance& instance, const Variables& variables) const {
    std::string uri;
    for (const auto& part : parts_) {
        const auto given = part.variable ? variables.find(part.value) : variables.end();
        if (!part.variable) {
            uri += part.value;
        } else if (given != variables.end()) {
            uri += given->second;
        } else {
            uri += defined(instance, part.value);
        }
    }
    return uri;
}

}  // namespace kazoo
