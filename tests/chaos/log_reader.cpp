// SPDX-License-Identifier: Apache-2.0
#include "log_reader.hpp"

#include "codec/decoder.hpp"

#include <span>

namespace kazoo::chaos {
namespace {

constexpr std::int32_t magic = 0x5a4b4c47;  // "ZKLG"
constexpr std::int32_t version = 2;
constexpr std::size_t header_size = 16;
constexpr std::byte end_of_record{'B'};

std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}

std::int64_t adler32(std::string_view bytes) {
    constexpr std::uint32_t modulus = 65521;
    std::uint32_t a = 1;
    std::uint32_t b = 0;
    for (const char c : bytes) {
        a = (a + static_cast<unsigned char>(c)) % modulus;
        b = (b + a) % modulus;
    }
    return (static_cast<std::int64_t>(b) << 16) | a;
}

LoggedTransaction parse(std::string_view entry) {
    constexpr std::size_t txn_header_size = 32;
    codec::Decoder in(bytes_of(entry));
    LoggedTransaction transaction;
    transaction.session = in.i64();
    transaction.cxid = in.i32();
    transaction.zxid = in.i64();
    transaction.time_ms = in.i64();
    transaction.type = in.i32();
    if (in.ok()) transaction.record = entry.substr(txn_header_size);
    return transaction;
}

}  // namespace

LogContents read_log(std::string_view file) {
    LogContents contents;
    if (file.empty()) return contents;  // just created
    codec::Decoder head(bytes_of(file.substr(0, header_size)));
    if (head.i32() != magic || head.i32() != version || head.i64() < 0 || !head.ok()) {
        contents.fault = "not a transaction log";
        return contents;
    }
    for (auto at = header_size;;) {
        codec::Decoder in(bytes_of(file.substr(at)));
        const auto checksum = in.i64();
        const auto entry = in.buffer();
        const bool ends = !in.ok() || !entry || entry->empty() || in.remaining() == 0;
        if (ends) return contents;
        at += sizeof(std::int64_t) + sizeof(std::int32_t) + entry->size();
        if (bytes_of(file)[at] != end_of_record) return contents;
        ++at;
        if (checksum != adler32(*entry)) {
            contents.fault = "a wrong checksum at byte " + std::to_string(at);
            return contents;
        }
        contents.transactions.push_back(parse(*entry));
    }
}

}  // namespace kazoo::chaos
