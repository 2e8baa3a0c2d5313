// SPDX-License-Identifier: Apache-2.0
// A multi is a list of different records, which the field lists of record.hpp cannot describe. So
// it is encoded, decoded and printed here.
#include "codec/multi.hpp"

#include <cassert>
#include <cstddef>
#include <limits>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

namespace kazoo::codec {

namespace {

/// Returns an empty record of the kind that an operation of this type carries; nullopt if a multi
/// cannot contain that type.
std::optional<MultiOp::Request> request_for(Opcode type) {
    switch (type) {
        case Opcode::check:
            return CheckRequest{};
        case Opcode::create:
        case Opcode::create2:
        case Opcode::create_container:
            return CreateRequest{};
        case Opcode::create_ttl:
            return CreateTtlRequest{};
        case Opcode::delete_:
            return DeleteRequest{};
        case Opcode::set_data:
            return SetDataRequest{};
        case Opcode::get_data:
            return GetDataRequest{};
        case Opcode::get_children:
            return GetChildrenRequest{};
        default:
            return std::nullopt;
    }
}

/// Returns an empty record of the kind that a result of this type carries; nullopt if there is no
/// such result.
std::optional<MultiResult::Body> body_for(Opcode type) {
    switch (type) {
        case Opcode::check:
        case Opcode::delete_:
            return std::monostate{};
        case Opcode::create:
            return CreateReply{};
        case Opcode::create2:
            return Create2Reply{};
        case Opcode::set_data:
            return StatReply{};
        case Opcode::get_data:
            return GetDataReply{};
        case Opcode::get_children:
            return GetChildrenReply{};
        case Opcode::error:
            return ErrorResponse{};
        default:
            return std::nullopt;
    }
}

template <class Variant>
[[maybe_unused]] bool same_kind(const std::optional<Variant>& expected, const Variant& actual) {
    return expected && expected->index() == actual.index();
}

template <class R>
void encode_element(Encoder& out, const MultiHeader& header, const R& body) {
    encode(out, header);
    if constexpr (!std::is_same_v<R, std::monostate>) {
        encode(out, body);
    }
}

template <class R>
bool decode_body(Decoder& in, R& body) {
    if constexpr (std::is_same_v<R, std::monostate>) {
        return in.ok();
    } else {
        return decode(in, body);
    }
}

/// Calls `element(header)` for each element, to read what follows the header, until the list ends.
/// Ends with the input at the latest: a header takes 9 bytes.
template <class Element>
bool decode_list(Decoder& in, Element&& element) {
    for (;;) {
        MultiHeader header;
        if (!decode(in, header)) {
            return false;
        }
        if (header.done) {
            return true;
        }
        if (!element(header)) {
            in.fail();
            return false;
        }
    }
}

/// `print(out, element)` prints the fields of an element after its type.
template <class Element, class Print>
std::string print_list(
    std::string_view name,
    std::string_view element_name,
    const std::vector<Element>& elements,
    Print&& print
) {
    Printer out;
    out.open(name);
    out.field("list");
    out.open_list();
    for (std::size_t i = 0; i < elements.size() && out.element(i, elements.size()); ++i) {
        out.open(element_name);
        out.field("type");
        detail::print_value(out, elements[i].type);
        print(out, elements[i]);
        out.close();
    }
    out.close_list();
    out.close();
    return out.take();
}

template <class R>
void print_body(Printer& out, const R& body) {
    if constexpr (!std::is_same_v<R, std::monostate>) {
        out.field("body");
        detail::print_value(out, body);
    }
}

}  // namespace

void encode(Encoder& out, const MultiRequest& request) {
    for (const MultiOp& op : request.ops) {
        assert(same_kind(request_for(op.type), op.request));
        const MultiHeader header{op.type, false, -1};
        std::visit([&](const auto& body) { encode_element(out, header, body); }, op.request);
    }
    encode(out, MultiHeader{Opcode::error, true, -1});
}

void encode(Encoder& out, const MultiResponse& response) {
    for (const MultiResult& result : response.results) {
        assert(same_kind(body_for(result.type), result.body));
        const MultiHeader header{result.type, false, result.err};
        std::visit([&](const auto& body) { encode_element(out, header, body); }, result.body);
    }
    encode(out, MultiHeader{Opcode::error, true, -1});
}

bool decode(Decoder& in, MultiRequest& request) {
    request.ops.clear();
    return decode_list(in, [&](const MultiHeader& header) {
        auto body = request_for(header.type);
        if (!body) {
            return false;
        }
        MultiOp& op = request.ops.emplace_back(MultiOp{header.type, *std::move(body)});
        return std::visit([&in](auto& record) { return decode(in, record); }, op.request);
    });
}

bool decode(Decoder& in, MultiResponse& response) {
    return decode(in, response, std::numeric_limits<std::size_t>::max());
}

bool decode(Decoder& in, MultiResponse& response, std::size_t most) {
    response.results.clear();
    return decode_list(in, [&](const MultiHeader& header) {
        auto body = body_for(header.type);
        if (!body || response.results.size() == most) {
            return false;
        }
        MultiResult& result =
            response.results.emplace_back(MultiResult{header.type, header.err, *std::move(body)});
        return std::visit([&in](auto& record) { return decode_body(in, record); }, result.body);
    });
}

std::string to_string(const MultiRequest& request) {
    return print_list("MultiRequest", "MultiOp", request.ops, [](Printer& out, const MultiOp& op) {
        std::visit([&out](const auto& body) { print_body(out, body); }, op.request);
    });
}

std::string to_string(const MultiResponse& response) {
    const auto print = [](Printer& out, const MultiResult& result) {
        out.field("err");
        out.number(result.err);
        std::visit([&out](const auto& body) { print_body(out, body); }, result.body);
    };
    return print_list("MultiResponse", "MultiResult", response.results, print);
}

}  // namespace kazoo::codec
