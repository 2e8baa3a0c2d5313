// SPDX-License-Identifier: Apache-2.0
#include "recipe/lock/lock_names.hpp"

#include <kazoo/detail/unique_id.hpp>
#include <kazoo/exceptions.hpp>
#include <kazoo/paths.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

namespace kazoo {
namespace {

constexpr std::string_view hex = "{hex}";
constexpr std::string_view uuid = "{uuid}";

[[noreturn]] void refuse(const char* operation, std::string detail) {
    throw_error(
        Error(Errc::bad_arguments, Outcome::not_sent).operation(operation).detail(std::move(detail))
    );
}

/// A name of a format, taken apart.
struct NameParts {
    std::string_view before;
    std::string_view marker;
    bool uuid = false;
};

/// Returns nothing if the name has no placeholder or no marker.
std::optional<NameParts> parts_of(std::string_view name) noexcept {
    for (const auto placeholder : {hex, uuid}) {
        const auto at = name.find(placeholder);
        if (at != std::string_view::npos) {
            const auto marker = name.substr(at + placeholder.size());
            if (marker.empty()) {
                return std::nullopt;
            }
            return NameParts{name.substr(0, at), marker, placeholder == uuid};
        }
    }
    return std::nullopt;
}

/// Throws BadArgumentsError unless nodes can have the name.
void check_name(std::string_view name) {
    const auto parts = parts_of(name);
    const bool once = parts && !parts_of(std::string(parts->before) + std::string(parts->marker));
    if (!once || name.find('/') != std::string_view::npos || !check_path("/" + std::string(name))) {
        refuse(
            "LockFormat",
            "the name \"" + std::string(name) +
                "\" is not of the form <text>{hex}<marker> or <text>{uuid}<marker>"
        );
    }
}

}  // namespace

LockFormat::LockFormat() : LockFormat("{hex}__lock__", "{hex}__rlock__", "{hex}__lock__") {}

LockFormat::LockFormat(std::string lock, std::string read, std::string write) noexcept
    : lock_(std::move(lock)), read_(std::move(read)), write_(std::move(write)) {}

LockFormat LockFormat::curator() {
    return LockFormat("_c_{uuid}-lock-", "_c_{uuid}-__READ__", "_c_{uuid}-__WRIT__");
}

LockFormat LockFormat::go() {
    return LockFormat("_c_{hex}-lock-", {}, {});
}

LockFormat LockFormat::custom(
    std::string_view lock, std::string_view read, std::string_view write
) {
    check_name(lock);
    if (!read.empty() || !write.empty()) {
        check_name(read);
        check_name(write);
    }
    return LockFormat(std::string(lock), std::string(read), std::string(write));
}

namespace detail::recipe {

std::optional<std::int32_t> number_behind(std::string_view name, std::string_view marker) noexcept {
    // A marker may end in "-" or digits: the part before each possible number is compared.
    for (const std::size_t size : {10, 11}) {
        if (name.size() < size + marker.size()) {
            return std::nullopt;
        }
        const auto text = name.substr(name.size() - size);
        const auto digits = text.starts_with('-') ? text.substr(1) : text;
        const bool numeric =
            std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
        const bool plausible = digits.size() >= 9 && digits.size() <= 10;
        if (!numeric || !plausible || !name.substr(0, name.size() - size).ends_with(marker)) {
            continue;
        }
        std::int32_t number = 0;
        const auto* const end = text.data() + text.size();
        const auto parsed = std::from_chars(text.data(), end, number);
        if (parsed.ec == std::errc() && parsed.ptr == end) {
            return number;
        }
    }
    return std::nullopt;
}

LockNames::LockNames(const LockOptions& options, LockKind kind) {
    const auto& format = options.format();
    const auto& name = kind == LockKind::lock   ? format.lock_name()
                       : kind == LockKind::read ? format.read_name()
                                                : format.write_name();
    const auto parts = parts_of(name);
    if (!parts) {
        refuse("LockOptions", "the format has no names for read and write locks");
    }
    before_ = parts->before;
    marker_ = parts->marker;
    uuid_ = parts->uuid;
    switch (kind) {
        case LockKind::lock:
            blocking_.push_back(marker_);
            break;
        case LockKind::write:
            blocking_.push_back(marker_);
            blocking_.emplace_back(parts_of(format.read_name())->marker);
            break;
        case LockKind::read:
            blocking_.emplace_back(parts_of(format.write_name())->marker);
    }
    for (const auto& marker : options.also()) {
        if (marker.empty()) {
            refuse("LockOptions", "also() needs a text that is not empty");
        }
        blocking_.push_back(marker);
    }
}

std::string LockNames::make(Handler& handler) const {
    return before_ + (uuid_ ? unique_uuid(handler) : unique_hex(handler)) + marker_;
}

std::optional<std::int32_t> LockNames::own_number(std::string_view name) const noexcept {
    return number_behind(name, marker_);
}

std::optional<std::int32_t> LockNames::blocking_number(std::string_view name) const noexcept {
    for (const auto& marker : blocking_) {
        if (const auto number = number_behind(name, marker)) {
            return number;
        }
    }
    return std::nullopt;
}

std::optional<std::int32_t> LockNames::number(std::string_view name) const noexcept {
    const auto own = own_number(name);
    return own ? own : blocking_number(name);
}

}  // namespace detail::recipe
}  // namespace kazoo
