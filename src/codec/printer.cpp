// SPDX-License-Identifier: Apache-2.0
#include "codec/printer.hpp"

#include "values/text.hpp"

#include <utility>

namespace kazoo::codec {

void Printer::open(std::string_view record_name) {
    out_ += record_name;
    out_ += '{';
}

void Printer::close() {
    out_ += '}';
}

void Printer::field(std::string_view name) {
    if (!out_.empty() && out_.back() != '{') {
        out_ += ", ";
    }
    out_ += name;
    out_ += '=';
}

void Printer::open_list() {
    out_ += '[';
}

void Printer::close_list() {
    out_ += ']';
}

bool Printer::element(std::size_t index, std::size_t count) {
    if (index != 0) {
        out_ += ", ";
    }
    if (index == elements_limit) {
        out_ += "... " + std::to_string(count) + " in all";
        return false;
    }
    return true;
}

void Printer::boolean(bool value) {
    out_ += value ? "true" : "false";
}

void Printer::number(std::int64_t value) {
    out_ += std::to_string(value);
}

void Printer::named_number(std::string_view name, std::int64_t value) {
    out_ += name;
    out_ += '(';
    number(value);
    out_ += ')';
}

void Printer::text(std::string_view value) {
    out_ += value.data() == nullptr ? "null" : base::quoted(value, text_limit);
}

void Printer::data(std::optional<std::string_view> value) {
    if (!value) {
        out_ += "null";
        return;
    }
    out_ += base::quoted(*value, data_limit);
    if (value->size() > data_limit) {
        out_ += " (" + std::to_string(value->size()) + " bytes)";
    }
}

void Printer::secret() {
    out_ += "<redacted>";
}

std::string Printer::take() noexcept {
    return std::exchange(out_, {});
}

}  // namespace kazoo::codec
