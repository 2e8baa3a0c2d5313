#pragma once

#include <string_view>

namespace kazoo::base {

/// Writes a line, which ends with a newline, to the standard error stream without ever waiting for
/// its reader. Lines that do not fit are dropped, and counted in the next one that does. Lines of
/// several threads do not mix; a line is cut to what a pipe takes at once (4096 bytes on Linux).
/// Thread-safe, usable in a forked child; raises no SIGPIPE.
void write_to_standard_error(std::string_view line) noexcept;

}  // namespace kazoo::base
