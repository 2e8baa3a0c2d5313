// SPDX-License-Identifier: Apache-2.0
// The system calls of a blocking get, counted by strace: the difference between two runs of
// different length, so that the start and the end of a client do not count.
#include "cases.hpp"
#include "child.hpp"
#include "contestants.hpp"
#include "parts.hpp"
#include "server_process.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>

namespace bench {
namespace {

constexpr auto case_name = "system-calls";

Contestants single_process_contestants() {
    auto all = lower_bounds();
    for (auto& handler : ours()) {
        all.push_back(std::move(handler));
    }
    return all;
}

using Counts = std::map<std::string, double>;

/// Reads the table of `strace -c`: the calls are in the fourth column, the name is the last word.
Counts parse_counts(const std::string& file) {
    Counts counts;
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
    if (!counts.contains("total")) {
        throw std::runtime_error("strace has counted nothing");
    }
    return counts;
}

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

Counts count_calls(const std::string& subject, const Target& target, std::size_t gets) {
    const TemporaryFile file;
    Child child(
        {"strace",
         "-f",
         "-c",
         "-o",
         file.path,
         this_program(),
         "--part=blocking-gets",
         subject,
         kazoo::to_string(target.server),
         target.path,
         std::to_string(target.data.size()),
         std::to_string(gets)}
    );
    while (child.read_line()) {
    }
    if (child.wait() != 0) {
        throw std::runtime_error("strace has failed");
    }
    return parse_counts(file.path);
}

void measure(
    const Context& context, const std::string& subject, const Target& target, std::size_t gets
) {
    const auto fewer = gets / 10 + 1;
    const auto few = count_calls(subject, target, fewer);
    const auto many = count_calls(subject, target, gets);
    const auto more = gets + unmeasured(gets) - fewer - unmeasured(fewer);
    const auto per_get = [&](const std::string& name) {
        const auto before = few.contains(name) ? few.at(name) : 0;
        return (many.at(name) - before) / static_cast<double>(more);
    };
    context.results.add({case_name, subject, "total"}, "calls/get", per_get("total"));
    constexpr double rare = 0.02;
    for (const auto& [name, calls] : many) {
        if (name != "total" && per_get(name) >= rare) {
            context.results.add({case_name, subject, name}, "calls/get", per_get(name));
        }
    }
}

}  // namespace

void part_blocking_gets(const Arguments& arguments) {
    const Target target{
        kazoo::parse_hosts(arguments.at(1)).value().hosts.front(),
        arguments.at(2),
        std::string(std::stoul(arguments.at(3)), 'x'),
        1,
        {}};
    for (const auto& contestant : single_process_contestants()) {
        if (contestant.name == arguments.at(0)) {
            static_cast<void>(
                contestant.turn(target, Script::blocking_get, std::stoul(arguments.at(4)))
            );
            return;
        }
    }
    throw std::invalid_argument("no subject " + arguments.at(0));
}

void run_system_calls(const Context& context) {
    if (std::system("strace -c -o /dev/null true >/dev/null 2>&1") != 0) {
        context.results.skip(case_name, "", "strace is not installed, or may not trace");
        return;
    }
    const ServerProcess server;
    const auto target = target_on(server.address(), 1);
    const Node node(target);
    const auto gets = context.options.scaled(2'000, 20);
    for (const auto& contestant : single_process_contestants()) {
        measure(context, contestant.name, target, gets);
    }
    for (const auto& handler : ours()) {
        for (const std::string reference : {"raw", "floor"}) {
            context.results.compare(
                with_variant(case_name, handler.variant),
                {case_name, handler.name, "total"},
                {case_name, reference, "total"},
                reference
            );
        }
    }
}

}  // namespace bench
