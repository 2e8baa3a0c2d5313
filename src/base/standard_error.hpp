// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/detail/export.hpp>

#include <string_view>

// Exported: the components are shared libraries of their own.
KAZOO_API_BEGIN
namespace kazoo::base {

/// Writes a line, which ends with a newline, to standard error. Thread-safe.
///
/// On Linux it never waits for the reader: a line that cannot be written at once is dropped, and
/// the next one that can be is preceded by the number of dropped lines. Lines of different threads
/// are not interleaved; a line is truncated to PIPE_BUF (4096 bytes). Usable in a forked child;
/// raises no SIGPIPE. Elsewhere it is a plain fwrite(), which may block.
void write_to_standard_error(std::string_view line) noexcept;

}  // namespace kazoo::base
KAZOO_API_END
