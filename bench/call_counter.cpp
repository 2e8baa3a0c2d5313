// SPDX-License-Identifier: Apache-2.0
#include "call_counter.hpp"

#include "child.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace bench {
namespace {

constexpr auto all_calls = "raw_syscalls:sys_enter";
const std::string one_call = "syscalls:sys_enter_";
/// Each event costs a little at every change of threads: only what a client may call often.
constexpr const char* names[] = {
    "write",           "writev",      "sendto",      "sendmsg",    "read",
    "readv",           "recvfrom",    "recvmsg",     "poll",       "ppoll",
    "epoll_wait",      "epoll_pwait", "epoll_ctl",   "futex",      "madvise",
    "timerfd_settime", "mprotect",    "sched_yield", "getsockopt", "clock_nanosleep",
};

/// A file that is removed at the end.
class TemporaryFile {
public:
    TemporaryFile()
        : path((std::filesystem::temp_directory_path() / ("kazoo-bench-" + std::to_string(getpid()))
          )
                   .string()) {}
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    ~TemporaryFile() {
        std::error_code ignored;
        std::filesystem::remove(path, ignored);
    }
    const std::string path;
};

/// Reads the table of `strace -c`: the calls are in the fourth column, the name is the last word.
CallCounter::Counts parse_strace(const std::string& file) {
    CallCounter::Counts counts;
    std::ifstream lines(file);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        double share = 0;
        double seconds = 0;
        double each = 0;
        double calls = 0;
        std::string name;
        if (words >> share >> seconds >> each >> calls) {
            for (std::string word; words >> word;) {
                name = word;  // before it there may be the number of errors
            }
            counts[name] = calls;
        }
    }
    return counts;
}

/// Reads the lines of `perf stat -x,`: the number is the first field, the event the third.
CallCounter::Counts parse_perf(const std::string& file) {
    CallCounter::Counts counts;
    std::ifstream lines(file);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream fields(line);
        std::string number;
        std::string unit;
        std::string event;
        if (std::getline(fields, number, ',') && std::getline(fields, unit, ',') &&
            std::getline(fields, event, ',') &&
            number.find_first_not_of("0123456789") == std::string::npos) {
            const bool is_one = event.starts_with(one_call);
            counts[is_one ? event.substr(one_call.size()) : "total"] = std::stod(number);
        }
    }
    return counts;
}

std::string perf_events() {
    std::string events = all_calls;
    for (const auto* const name : names) {
        events += "," + one_call + name;
    }
    return events;
}

bool runs(const std::string& command) {
    return std::system((command + " >/dev/null 2>&1").c_str()) == 0;
}

}  // namespace

std::optional<CallCounter> CallCounter::find() {
    if (runs("perf stat -e " + perf_events() + " true")) {
        return CallCounter(true);
    }
    if (runs("strace -c -o /dev/null true")) {
        return CallCounter(false);
    }
    return std::nullopt;
}

CallCounter::Counts CallCounter::count(const std::vector<std::string>& command) const {
    const TemporaryFile file;
    std::vector<std::string> whole{"strace", "-f", "-c", "-o", file.path};
    if (by_perf_) {
        whole = {"perf", "stat", "-x", ",", "-o", file.path, "-e", perf_events(), "--"};
    }
    whole.insert(whole.end(), command.begin(), command.end());
    Child child(whole);
    while (child.read_line()) {
    }
    if (child.wait() != 0) {
        throw std::runtime_error(program() + " has failed");
    }
    auto counts = by_perf_ ? parse_perf(file.path) : parse_strace(file.path);
    if (!counts.contains("total")) {
        throw std::runtime_error(program() + " has counted nothing");
    }
    return counts;
}

}  // namespace bench
