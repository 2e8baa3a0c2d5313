// SPDX-License-Identifier: Apache-2.0
// Checks that what is read from bytes can be written and read again, also with a correct checksum.
#include "fuzz/harness.hpp"

#include <kazoo/errors.hpp>
#include <kazoo/session_handover.hpp>

#include <string>

namespace kazoo::fuzz {
namespace {

void check(const std::string& bytes) {
    const auto read = SessionHandover::from_bytes(bytes);
    if (!read) {
        require(read.failure().code() == ClientErrc::malformed_handover, "the error is typed");
        require(is_printable(read.failure().detail()), "it can be logged");
        return;
    }
    require(read->timeout().count() >= 0 && read->last_zxid() >= 0, "numbers are in range");
    require(read->to_bytes() == bytes, "there is one form");
}

void append_checksum(std::string& bytes) {
    std::uint64_t sum = 0xcbf29ce484222325;
    for (const char byte : bytes) {
        sum = (sum ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
    }
    for (int shift = 56; shift >= 0; shift -= 8) {
        bytes.push_back(static_cast<char>(sum >> shift));
    }
}

}  // namespace
}  // namespace kazoo::fuzz

/// The whole input: what SessionHandover::to_bytes returns, without the checksum.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace kazoo;
    std::string bytes(fuzz::Input(data, size).rest_as_text());
    fuzz::check(bytes);
    fuzz::append_checksum(bytes);
    fuzz::check(bytes);
    return 0;
}
