// SPDX-License-Identifier: Apache-2.0
#include "server/sasl/sasl_users.hpp"

#include <cstddef>

namespace kazoo::server {

namespace {

/// Appends the text for hashing. RFC 2831 wants it in ISO 8859-1 if all of its characters are in
/// that set, which in UTF-8 are those of one byte and those that begin with C2 or C3.
void append_for_hash(std::string& out, std::string_view text) {
    const std::size_t start = out.size();
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto lead = static_cast<unsigned char>(text[i]);
        if (lead < 0x80) {
            out += text[i];
            continue;
        }
        const bool fits = (lead == 0xC2 || lead == 0xC3) && i + 1 < text.size() &&
                          (static_cast<unsigned char>(text[i + 1]) & 0xC0U) == 0x80U;
        if (!fits) {
            out.resize(start);
            out += text;
            return;
        }
        ++i;
        const unsigned low = static_cast<unsigned char>(text[i]) & 0x3FU;
        out += static_cast<char>((lead & 0x03U) << 6 | low);
    }
}

}  // namespace

SaslUsers::~SaslUsers() {
    for (auto& entry : hashes_) {
        base::cleanse(entry.second);
    }
}

bool SaslUsers::add(std::string_view name, std::string_view password) {
    std::string text;
    // Reserved: a string that grows leaves copies of the password behind.
    text.reserve(name.size() + sasl_realm.size() + password.size() + 2);
    append_for_hash(text, name);
    text += ':';
    text += sasl_realm;
    text += ':';
    append_for_hash(text, password);
    const auto hash = base::md5(text);
    base::cleanse(text);
    if (!hash) {
        return false;
    }
    hashes_.insert_or_assign(std::string(name), *hash);
    return true;
}

const base::Md5* SaslUsers::find(std::string_view name) const noexcept {
    const auto found = hashes_.find(name);
    return found == hashes_.end() ? nullptr : &found->second;
}

}  // namespace kazoo::server
