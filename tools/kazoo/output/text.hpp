// SPDX-License-Identifier: Apache-2.0
/// The text forms of stats and times.
#pragma once

#include <kazoo/stat.hpp>

#include <cstdint>
#include <string>

namespace tool {

/// Returns milliseconds since the Unix epoch as "2026-01-31T23:59:59.123Z".
std::string time_text(std::int64_t milliseconds);
/// Returns "0x1f".
std::string hex_text(std::int64_t number);
/// Returns the eleven lines "name = value" of zkCli, without the end of the last line. Times are
/// those of time_text.
std::string stat_text(const kazoo::ZnodeStat& stat);
/// Returns the columns of `ls -l`: "e" for an ephemeral node, else "-"; the numbers of children and
/// bytes, the version and the time of the last change.
std::string columns(const kazoo::ZnodeStat& stat);

}  // namespace tool
