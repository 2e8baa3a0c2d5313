// SPDX-License-Identifier: Apache-2.0
// The bytes of a SessionHandover, in the encoding of ZooKeeper's protocol:
//
//     magic, version         int, int
//     session id, timeout    long, int (milliseconds)
//     last zxid              long
//     password               buffer
//     watched paths          for each kind of ArmedWatch: a vector of strings
//     checksum               long: FNV-1a of all bytes before it
#include "codec/decoder.hpp"
#include "codec/encoder.hpp"

#include <kazoo/paths.hpp>
#include <kazoo/session_handover.hpp>

#include <algorithm>
#include <limits>
#include <span>
#include <stdexcept>

namespace kazoo {
namespace {

constexpr std::int32_t magic = 0x4b'5a'53'48;  // "KZSH"
constexpr std::int32_t version = 1;
constexpr std::size_t checksum_size = 8;
constexpr std::size_t least_path_size = 5;  // its length, and "/"
/// Servers use 16 bytes.
constexpr std::size_t longest_password = 1024;

std::uint64_t checksum(std::string_view bytes) {
    std::uint64_t sum = 0xcbf29ce484222325;
    for (const char byte : bytes) {
        sum = (sum ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
    }
    return sum;
}

std::span<const std::byte> as_bytes(std::string_view text) {
    return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

Error malformed(const char* why) {
    return Error(
        ClientErrc::malformed_handover, Outcome::not_sent, "SessionHandover::from_bytes", {}, why
    );
}

bool is_normal(std::string_view path) {
    if (is_plain_path(path)) {
        return true;
    }
    const auto normal = check_path(path);
    return normal && *normal == path;
}

}  // namespace

std::string SessionHandover::to_bytes() const {
    base::Buffer out;
    codec::Encoder encoder(out);
    encoder.i32(magic);
    encoder.i32(version);
    encoder.i64(session_id_);
    encoder.i32(static_cast<std::int32_t>(
        std::min<std::int64_t>(timeout_.count(), std::numeric_limits<std::int32_t>::max())
    ));
    encoder.i64(last_zxid_);
    encoder.ustring(password_);
    for (const auto& paths : watches_) {
        if (encoder.count(paths.size())) {
            for (const auto& path : paths) {
                encoder.ustring(path);
            }
        }
    }
    if (!encoder.ok()) {
        throw std::length_error("kazoo: a session handover with too many or too long watches");
    }
    const auto contents = out.span();
    const std::string_view text(reinterpret_cast<const char*>(contents.data()), contents.size());
    encoder.i64(static_cast<std::int64_t>(checksum(text)));
    const auto all = out.span();
    return std::string(reinterpret_cast<const char*>(all.data()), all.size());
}

Result<SessionHandover> SessionHandover::from_bytes(std::string_view bytes) {
    if (bytes.size() < checksum_size) {
        return malformed("they are too few");
    }
    const auto contents = bytes.substr(0, bytes.size() - checksum_size);
    codec::Decoder decoder(as_bytes(contents));
    if (decoder.i32() != magic) {
        return malformed("they begin with something else");
    }
    if (decoder.i32() != version) {
        return malformed("they are of a version that this library does not know");
    }
    codec::Decoder end(as_bytes(bytes.substr(contents.size())));
    if (static_cast<std::uint64_t>(end.i64()) != checksum(contents)) {
        return malformed("the checksum does not match: they are truncated or changed");
    }
    SessionHandover session;
    session.session_id_ = decoder.i64();
    session.timeout_ = std::chrono::milliseconds(decoder.i32());
    session.last_zxid_ = decoder.i64();
    const auto password = decoder.buffer();
    if (!password || password->size() > longest_password) {
        return malformed("the password is missing or too long");
    }
    session.password_ = *password;
    for (auto& paths : session.watches_) {
        const auto count = decoder.count(least_path_size);
        paths.reserve(count);
        for (std::size_t i = 0; i < count; ++i) {
            const auto path = decoder.ustring();
            if (!is_normal(path)) {
                return malformed("a watched path is not valid");
            }
            paths.emplace_back(path);
        }
    }
    if (!decoder.ok() || decoder.saw_null() || decoder.remaining() > 0) {
        return malformed("they are too few or too many");
    }
    if (session.timeout_.count() < 0 || session.last_zxid_ < 0) {
        return malformed("a number is out of range");
    }
    return session;
}

}  // namespace kazoo
