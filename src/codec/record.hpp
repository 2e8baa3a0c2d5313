// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "codec/decoder.hpp"
#include "codec/encoder.hpp"
#include "codec/list.hpp"
#include "codec/printer.hpp"

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace kazoo::codec {

/// Describes the wire form of a record, once for encoder, decoder and printer: its name, and
/// `fields`, which passes each field to a visitor in wire order. A record of this layer has both as
/// members:
///
///     struct SyncRequest {
///         static constexpr std::string_view record_name = "SyncRequest";
///         std::string_view path;
///         template <class Self, class Visitor>
///         static void fields(Self& self, Visitor&& visit) {
///             visit("path", self.path);
///         }
///     };
///
/// A type of the public API, which must not depend on this layer, has a specialisation instead.
///
/// A field may be: bool, int32_t, int64_t, an enum over int32_t that has a `name`; std::string or
/// std::string_view (ustring; the view points into the frame); std::optional of either (buffer,
/// null or not); Secret; a record; std::vector or List of any of these.
template <class R>
struct Describe {};

template <class R>
requires requires {
    R::record_name;
}
struct Describe<R> {
    static constexpr std::string_view record_name = R::record_name;

    template <class Self, class Visitor>
    static void fields(Self& self, Visitor&& visit) {
        R::fields(self, visit);
    }
};

template <class R>
concept Record = requires {
    Describe<R>::record_name;
};

/// The size on the wire of a record that consists of int32_t and int64_t only, which is decoded
/// with one check of the input; 0 for all others. Specialised for the records of every reply.
template <class R>
inline constexpr std::size_t fixed_wire_size = 0;

/// A buffer that must not appear in logs: a password, a credential, a SASL token. It is a view,
/// like the paths of requests: after decoding it points into the frame.
struct Secret {
    std::optional<std::string_view> value;

    friend bool operator==(const Secret&, const Secret&) = default;
};

template <Record R>
void encode(Encoder& out, const R& record);

/// Returns false if the input is too short or malformed; the record is then unspecified. Bytes
/// after the record are left in the decoder: the caller decides whether they are an error.
template <Record R>
[[nodiscard]] bool decode(Decoder& in, R& record);

template <Record R>
[[nodiscard]] std::string to_string(const R& record);

namespace detail {

template <class T>
concept Text = std::same_as<T, std::string> || std::same_as<T, std::string_view>;

template <class T>
concept Data =
    std::same_as<T, std::optional<std::string>> || std::same_as<T, std::optional<std::string_view>>;

template <class T>
concept NamedNumber = std::is_enum_v<T> && std::same_as<std::underlying_type_t<T>, std::int32_t>;

template <class T>
inline constexpr bool is_sequence = false;
template <class E>
inline constexpr bool is_sequence<std::vector<E>> = true;
template <class E>
inline constexpr bool is_sequence<List<E>> = true;
template <class T>
concept Sequence = is_sequence<T>;

template <class E>
std::vector<E>& to_fill(std::vector<E>& list) {
    return list;
}
template <class E>
std::vector<E>& to_fill(List<E>& list) {
    return list.own();
}

/// Returns the size of the smallest encoding of a T in bytes, never 0: Decoder::count() divides by
/// it to bound the number of elements.
template <class T>
std::size_t min_wire_size() {
    if constexpr (std::same_as<T, bool>) {
        return 1;
    } else if constexpr (std::same_as<T, std::int64_t>) {
        return 8;
    } else if constexpr (Record<T>) {
        std::size_t sum = 0;
        const T probe{};
        Describe<T>::fields(probe, [&sum](std::string_view, const auto& field) {
            sum += min_wire_size<std::remove_cvref_t<decltype(field)>>();
        });
        return std::max<std::size_t>(sum, 1);
    } else {
        return 4;  // an int, or a length
    }
}

template <class T>
void encode_value(Encoder& out, const T& value) {
    if constexpr (std::same_as<T, bool>) {
        out.boolean(value);
    } else if constexpr (std::same_as<T, std::int32_t>) {
        out.i32(value);
    } else if constexpr (std::same_as<T, std::int64_t>) {
        out.i64(value);
    } else if constexpr (NamedNumber<T>) {
        out.i32(static_cast<std::int32_t>(value));
    } else if constexpr (Text<T>) {
        out.ustring(value);
    } else if constexpr (Data<T>) {
        out.buffer(value);
    } else if constexpr (std::same_as<T, Secret>) {
        out.buffer(value.value);
    } else if constexpr (Sequence<T>) {
        if (out.count(value.size())) {
            for (const auto& element : value) {
                encode_value(out, element);
            }
        }
    } else {
        encode(out, value);
    }
}

template <class E>
void decode_elements(Decoder& in, std::vector<E>& out);

template <class T>
T load_number(const std::byte* at) noexcept {
    if constexpr (std::same_as<T, std::int32_t>) {
        return static_cast<T>(base::load_be32(at));
    } else {
        static_assert(std::same_as<T, std::int64_t>);
        return static_cast<T>(base::load_be64(at));
    }
}

template <class T>
void decode_value(Decoder& in, T& value) {
    if constexpr (std::same_as<T, bool>) {
        value = in.boolean();
    } else if constexpr (std::same_as<T, std::int32_t>) {
        value = in.i32();
    } else if constexpr (std::same_as<T, std::int64_t>) {
        value = in.i64();
    } else if constexpr (NamedNumber<T>) {
        value = static_cast<T>(in.i32());
    } else if constexpr (std::same_as<T, std::string>) {
        value = in.text();
    } else if constexpr (Text<T>) {
        value = in.ustring();
    } else if constexpr (Data<T>) {
        value = in.buffer();
    } else if constexpr (std::same_as<T, Secret>) {
        value.value = in.buffer();
    } else if constexpr (Sequence<T>) {
        decode_elements(in, to_fill(value));
    } else if constexpr (fixed_wire_size<T> > 0) {
        if (const auto* at = in.take(fixed_wire_size<T>)) {
            Describe<T>::fields(value, [&at](std::string_view, auto& field) {
                field = load_number<std::remove_cvref_t<decltype(field)>>(at);
                at += sizeof(field);
            });
        }
    } else {
        Describe<T>::fields(value, [&in](std::string_view, auto& field) {
            decode_value(in, field);
        });
    }
}

template <class E>
void decode_elements(Decoder& in, std::vector<E>& out) {
    out.clear();
    const std::size_t count = in.count(min_wire_size<E>());
    if (!in.claim_memory(count, sizeof(E))) {
        return;
    }
    out.reserve(count);  // bounded by the bytes of the input, and by the decoder's memory limit
    for (std::size_t i = 0; i < count && in.ok(); ++i) {
        decode_value(in, out.emplace_back());
    }
}

template <class T>
void print_value(Printer& out, const T& value) {
    if constexpr (std::same_as<T, bool>) {
        out.boolean(value);
    } else if constexpr (std::integral<T>) {
        out.number(value);
    } else if constexpr (NamedNumber<T>) {
        out.named_number(name(value), static_cast<std::int32_t>(value));
    } else if constexpr (Text<T>) {
        out.text(value);
    } else if constexpr (Data<T>) {
        out.data(value);
    } else if constexpr (std::same_as<T, Secret>) {
        out.secret();
    } else if constexpr (Sequence<T>) {
        out.open_list();
        std::size_t index = 0;
        for (const auto& element : value) {
            if (!out.element(index++, value.size())) break;
            print_value(out, element);
        }
        out.close_list();
    } else {
        out.open(Describe<T>::record_name);
        Describe<T>::fields(value, [&out](std::string_view field_name, const auto& field) {
            out.field(field_name);
            print_value(out, field);
        });
        out.close();
    }
}

}  // namespace detail

template <Record R>
void encode(Encoder& out, const R& record) {
    Describe<R>::fields(record, [&out](std::string_view, const auto& field) {
        detail::encode_value(out, field);
    });
}

template <Record R>
bool decode(Decoder& in, R& record) {
    detail::decode_value(in, record);
    return in.ok();
}

template <Record R>
std::string to_string(const R& record) {
    Printer out;
    detail::print_value(out, record);
    return out.take();
}

}  // namespace kazoo::codec
