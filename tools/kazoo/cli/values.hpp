// SPDX-License-Identifier: Apache-2.0
/// Values of arguments: data, times, versions and ACLs.
#pragma once

#include <kazoo/security.hpp>

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tool {

/// Returns standard input for the argument "-". In a shell the end of its input does not last.
/// Throws UsageError if it was reserved.
std::istream& standard_input();
/// Throws Failure if reading standard input has failed, or was interrupted by a signal.
void check_standard_input();
/// Makes standard_input() fail, because standard input is the script of a shell.
void reserve_standard_input() noexcept;

/// Returns the data that an argument stands for: "-" is standard input, "@FILE" the content of a
/// file, "@@text" the text "@text", anything else itself. Throws Failure if it cannot be read.
std::string data_of(const std::string& argument);

/// Returns the content of a file, "-" for standard input. Throws Failure if it cannot be read, or
/// is larger than `most` bytes.
std::string read_file(const std::string& name, std::size_t most = std::size_t{1} << 30);

/// Throws Failure if reading standard input has failed, such as when it is closed.
void check_standard_input();

/// Returns the first line of a file, which must not be empty: a password. Throws Failure.
std::string read_secret(const std::string& name);

/// Parses "500ms", "10s", "5m", "2h", "1d" or a number of milliseconds. Throws UsageError.
std::chrono::milliseconds parse_time(std::string_view text);

/// Parses "scheme:id:cdrwa", several of them separated by commas; the id may contain colons. The
/// names "open", "read" and "creator" are the ACLs of that kind. Throws UsageError.
kazoo::AclList parse_acl(std::string_view text);
kazoo::Acl parse_acl_entry(std::string_view text);
/// Returns "scheme:id:cdrwa".
std::string to_text(const kazoo::Acl& acl);

/// Returns the version to pass to the client; -1, which matches any, if none is given.
std::int32_t version_of(const std::optional<std::int64_t>& version);

}  // namespace tool
