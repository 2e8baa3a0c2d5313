// SPDX-License-Identifier: Apache-2.0
#include "output/text.hpp"

#include <cinttypes>
#include <cstdio>
#include <ctime>

namespace tool {

std::string time_text(std::int64_t milliseconds) {
    std::int64_t seconds = milliseconds / 1000;
    std::int64_t rest = milliseconds % 1000;
    if (rest < 0) {
        rest += 1000;
        --seconds;
    }
    const std::time_t time = static_cast<std::time_t>(seconds);
    std::tm parts{};
    if (::gmtime_r(&time, &parts) == nullptr) {
        return std::to_string(milliseconds);
    }
    char text[64];
    char out[80];
    std::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &parts);
    std::snprintf(out, sizeof(out), "%s.%03dZ", text, static_cast<int>(rest));
    return out;
}

std::string hex_text(std::int64_t number) {
    char text[32];
    std::snprintf(text, sizeof(text), "0x%" PRIx64, static_cast<std::uint64_t>(number));
    return text;
}

std::string stat_text(const kazoo::ZnodeStat& stat) {
    return "cZxid = " + hex_text(stat.czxid) + "\nctime = " + time_text(stat.ctime) +
           "\nmZxid = " + hex_text(stat.mzxid) + "\nmtime = " + time_text(stat.mtime) +
           "\npZxid = " + hex_text(stat.pzxid) + "\ncversion = " + std::to_string(stat.cversion) +
           "\ndataVersion = " + std::to_string(stat.version) +
           "\naclVersion = " + std::to_string(stat.aversion) +
           "\nephemeralOwner = " + hex_text(stat.ephemeral_owner) +
           "\ndataLength = " + std::to_string(stat.data_length) +
           "\nnumChildren = " + std::to_string(stat.num_children);
}

std::string columns(const kazoo::ZnodeStat& stat) {
    char text[128];
    std::snprintf(
        text,
        sizeof(text),
        "%c %6d %8d %6d %s",
        stat.ephemeral_owner != 0 ? 'e' : '-',
        stat.num_children,
        stat.data_length,
        stat.version,
        time_text(stat.mtime).c_str()
    );
    return text;
}

}  // namespace tool
