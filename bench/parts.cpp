// SPDX-License-Identifier: Apache-2.0
#include "parts.hpp"

#include <sys/resource.h>

#include <array>
#include <stdexcept>

namespace bench {
namespace {

struct Part {
    const char* name;
    RunPart* run;
};

constexpr std::array parts{
    Part{"server", part_server},
    Part{"blocking-gets", part_blocking_gets},
    Part{"idle-sessions", part_idle_sessions},
    Part{"watches", part_watches},
    Part{"idle-client", part_idle_client},
};

}  // namespace

void run_part(const std::string& name, const Arguments& arguments) {
    for (const auto& part : parts) {
        if (name == part.name) {
            return part.run(arguments);
        }
    }
    throw std::invalid_argument("no part " + name);
}

std::size_t raise_limit_of_descriptors() {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur;
}

}  // namespace bench
