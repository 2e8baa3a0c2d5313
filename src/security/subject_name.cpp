// SPDX-License-Identifier: Apache-2.0
#include "security/subject_name.hpp"

#include "security/secrets.hpp"

#include <openssl/asn1.h>
#include <openssl/objects.h>
#include <openssl/x509.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <vector>

namespace kazoo::base {
namespace {

/// The keyword of RFC 2253 for an attribute type, or its number in dotted form.
std::string keyword_of(const ASN1_OBJECT* type) {
    switch (OBJ_obj2nid(type)) {
        case NID_commonName:
            return "CN";
        case NID_countryName:
            return "C";
        case NID_localityName:
            return "L";
        case NID_stateOrProvinceName:
            return "ST";
        case NID_organizationName:
            return "O";
        case NID_organizationalUnitName:
            return "OU";
        case NID_streetAddress:
            return "STREET";
        case NID_domainComponent:
            return "DC";
        case NID_userId:
            return "UID";
        default:
            break;
    }
    const int length = OBJ_obj2txt(nullptr, 0, type, 1);
    std::string number(length > 0 ? static_cast<std::size_t>(length) : 0, '\0');
    // Writes a NUL as well, for which std::string has room.
    OBJ_obj2txt(number.data(), length + 1, type, 1);
    return number;
}

/// Whether Java prints values of this type as text.
bool is_text(const ASN1_STRING* value) noexcept {
    switch (ASN1_STRING_type(value)) {
        case V_ASN1_PRINTABLESTRING:
        case V_ASN1_T61STRING:
        case V_ASN1_IA5STRING:
        case V_ASN1_GENERALSTRING:
        case V_ASN1_BMPSTRING:
        case V_ASN1_UTF8STRING:
            return true;
        default:
            return false;
    }
}

constexpr std::string_view special = ",=+<>#;\"\\";
constexpr std::string_view blanks = " \r";  // escaped at the ends of a value, each of them

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '\0') {
            out += "\\00";
            continue;
        }
        if (special.find(c) != std::string_view::npos) {
            out += '\\';
        }
        out += c;
    }
    const std::size_t first = std::min(out.find_first_not_of(blanks), out.size());
    const std::size_t last = out.find_last_not_of(blanks);
    std::string framed;
    for (std::size_t i = 0; i < out.size(); ++i) {
        if (i < first || last == std::string::npos || i > last) {
            framed += '\\';
        }
        framed += out[i];
    }
    return framed;
}

/// "#" and the digits of the value's DER form.
std::string encoded(const ASN1_STRING* value) {
    ASN1_TYPE* const wrapped = ASN1_TYPE_new();
    if (wrapped == nullptr || ASN1_TYPE_set1(wrapped, ASN1_STRING_type(value), value) != 1) {
        ASN1_TYPE_free(wrapped);
        throw std::bad_alloc();
    }
    unsigned char* der = nullptr;
    const int length = i2d_ASN1_TYPE(wrapped, &der);
    ASN1_TYPE_free(wrapped);
    if (length < 0) {
        throw std::bad_alloc();
    }
    const auto release = [](unsigned char* bytes) { OPENSSL_free(bytes); };
    const std::unique_ptr<unsigned char, decltype(release)> owner(der, release);
    return "#" + to_hex(std::as_bytes(std::span(der, static_cast<std::size_t>(length))));
}

std::string printed(const X509_NAME_ENTRY* entry) {
    std::string text = keyword_of(X509_NAME_ENTRY_get_object(entry));
    const ASN1_STRING* value = X509_NAME_ENTRY_get_data(entry);
    const bool has_keyword = text.find_first_not_of("0123456789.") != std::string::npos;
    text += '=';
    if (!has_keyword || !is_text(value)) {
        return text + encoded(value);
    }
    const auto* bytes = reinterpret_cast<const char*>(ASN1_STRING_get0_data(value));
    return text + escaped({bytes, static_cast<std::size_t>(ASN1_STRING_length(value))});
}

/// Whether `text` is one of the keywords that keyword_of() returns.
bool is_keyword(std::string_view text) noexcept {
    constexpr std::string_view keywords[] = {
        "CN", "C", "L", "ST", "O", "OU", "STREET", "DC", "UID"};
    return std::find(std::begin(keywords), std::end(keywords), text) != std::end(keywords);
}

/// Whether `text` is an object identifier in dotted form.
bool is_dotted(std::string_view text) noexcept {
    return text.find('.') != std::string_view::npos &&
           text.find_first_not_of("0123456789.") == std::string_view::npos &&
           text.find("..") == std::string_view::npos && text.front() != '.' && text.back() != '.';
}

/// Whether `text` has the form of encoded(): a tag, a length and content.
bool is_encoded(std::string_view text) noexcept {
    return text.size() >= 5 && text.size() % 2 == 1 && text.front() == '#' &&
           text.find_first_not_of("0123456789abcdef", 1) == std::string_view::npos;
}

/// Whether `text` has the form of escaped(), except that any blank may be escaped.
bool is_escaped(std::string_view text) noexcept {
    const auto in = [](std::string_view set, char c) {
        return set.find(c) != std::string_view::npos;
    };
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool at_an_end = at == 0 || at + 1 == text.size();
        if (text[at] != '\\') {
            if (in(special, text[at]) || (at_an_end && in(blanks, text[at]))) {
                return false;
            }
            continue;
        }
        ++at;
        if (text.substr(at).starts_with("00")) {
            ++at;
        } else if (at == text.size() || !(in(special, text[at]) || in(blanks, text[at]))) {
            return false;
        }
    }
    return true;
}

bool is_printed(std::string_view attribute) noexcept {
    const std::size_t equals = std::min(attribute.find('='), attribute.size());
    const auto type = attribute.substr(0, equals);
    if (equals == attribute.size()) {
        return false;
    }
    const auto value = attribute.substr(equals + 1);
    return is_keyword(type) ? is_encoded(value) || is_escaped(value)
                            : is_dotted(type) && is_encoded(value);
}

}  // namespace

std::string subject_name(const x509_st& certificate) {
    const X509_NAME* name = X509_get_subject_name(&certificate);
    std::vector<std::string> relative_names;
    int set = -1;
    const int count = X509_NAME_entry_count(name);
    for (int i = 0; i < count; ++i) {
        const X509_NAME_ENTRY* entry = X509_NAME_get_entry(name, i);
        if (i > 0 && X509_NAME_ENTRY_set(entry) == set) {
            relative_names.back() += '+' + printed(entry);
        } else {
            relative_names.push_back(printed(entry));
        }
        set = X509_NAME_ENTRY_set(entry);
    }
    std::string text;
    std::for_each(relative_names.rbegin(), relative_names.rend(), [&](const std::string& one) {
        text += (&one == &relative_names.back() ? "" : ",") + one;
    });
    return text;
}

bool is_subject_name(std::string_view text) noexcept {
    std::size_t start = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '\\') {
            ++at;
        } else if (text[at] == ',' || text[at] == '+') {
            if (!is_printed(text.substr(start, at - start))) {
                return false;
            }
            start = at + 1;
        }
    }
    return is_printed(text.substr(start));
}

}  // namespace kazoo::base
