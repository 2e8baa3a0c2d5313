// SPDX-License-Identifier: Apache-2.0
// How long it takes to compile a source that includes a header of the library, beside <iostream>
// and, where it is installed, Boost.Redis.
#include "cases.hpp"
#include "child.hpp"
#include "subject.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>

namespace bench {
namespace {

constexpr auto case_name = "compile-time";

struct Header {
    const char* subject;
    const char* name;
};
constexpr Header headers[] = {
    {"iostream", "iostream"},
    {"kazoo-client", "kazoo/client.hpp"},
    {"kazoo", "kazoo/kazoo.hpp"},
    {"boost-redis", "boost/redis.hpp"},
};

/// A directory that is removed at the end.
class Directory {
public:
    Directory()
        : path(
              std::filesystem::temp_directory_path() / ("kazoo-bench-" + std::to_string(getpid()))
          ) {
        std::filesystem::create_directory(path);
    }
    Directory(const Directory&) = delete;
    Directory& operator=(const Directory&) = delete;
    ~Directory() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }
    const std::filesystem::path path;
};

double seconds(const timeval& time) {
    constexpr double microseconds = 1e6;
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / microseconds;
}

double cpu_of_children() {
    rusage usage{};
    getrusage(RUSAGE_CHILDREN, &usage);
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

struct Took {
    double wall = 0;
    double cpu = 0;
};

/// Returns nothing if there is no such header.
std::optional<Took> compile(const Directory& directory, const Header& header) {
    const auto source = (directory.path / "source.cpp").string();
    std::ofstream(source) << "#if !__has_include(<" << header.name
                          << ">)\n#error\n#endif\n#include <" << header.name
                          << ">\nint main() {}\n";
    const auto begin = Clock::now();
    const auto before = cpu_of_children();
    // Without a launcher such as ccache, and without the message about a header that is missing.
    Child compiler(
        {"sh",
         "-c",
         "exec \"$@\" 2>/dev/null",
         "sh",
         KAZOO_BENCH_CXX,
         "-std=c++20",
         "-O2",
         "-I" KAZOO_BENCH_INCLUDE,
         "-c",
         source,
         "-o",
         source + ".o"}
    );
    if (compiler.wait() != 0) {
        return std::nullopt;
    }
    const std::chrono::duration<double> wall = Clock::now() - begin;
    return Took{wall.count(), cpu_of_children() - before};
}

}  // namespace

void run_compile_time(const Context& context) {
    const Directory directory;
    const auto rounds = std::min<std::size_t>(context.options.rounds, 3);
    for (std::size_t round = 0; round < rounds; ++round) {
        for (const auto& header : headers) {
            if (const auto took = compile(directory, header)) {
                context.results.add({case_name, header.subject, "wall"}, "s", took->wall);
                context.results.add({case_name, header.subject, "cpu"}, "s", took->cpu);
            } else if (round == 0) {
                context.results.skip(
                    case_name, header.subject, std::string("<") + header.name + "> is not installed"
                );
            }
        }
    }
    for (const std::string reference : {"iostream", "boost-redis"}) {
        context.results.compare(
            case_name, {case_name, "kazoo-client", "cpu"}, {case_name, reference, "cpu"}, reference
        );
    }
}

}  // namespace bench
