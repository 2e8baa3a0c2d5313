// SPDX-License-Identifier: Apache-2.0
#include "memory.hpp"

#include <malloc.h>
#include <unistd.h>

#include <cstddef>
#include <fstream>

namespace bench {

double resident_bytes() {
    std::ifstream statm("/proc/self/statm");
    std::size_t total = 0;
    std::size_t resident = 0;
    statm >> total >> resident;
    return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

double resident_bytes_trimmed() {
    malloc_trim(0);
    return resident_bytes();
}

}  // namespace bench
