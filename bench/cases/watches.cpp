// SPDX-License-Identifier: Apache-2.0
// Many one-shot watches of one client: their memory beside that of their paths, and what the first
// and the last tenth of them cost to set.
#include "cases.hpp"
#include "child.hpp"
#include "memory.hpp"
#include "meter.hpp"
#include "our_client.hpp"
#include "parts.hpp"
#include "pipeline.hpp"
#include "server_process.hpp"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <string>

namespace bench {
namespace {

constexpr std::size_t in_flight = 10'000;

/// All of the same length.
std::string path_of(std::size_t index) {
    std::string digits = std::to_string(index);
    constexpr std::size_t width = 8;
    return "/watched/" + std::string(width - digits.size(), '0') + digits;
}

/// Sets the watches from `first` on, of nodes that do not exist. Returns the CPU time of each.
double set_watches(
    kazoo::KazooClient& client, std::size_t first, std::size_t count, const kazoo::Watcher& shared
) {
    const auto set = [&, first](Window& window, std::size_t index) {
        const auto watch = shared ? shared : kazoo::Watcher([](const kazoo::WatchedEvent&) {});
        client.exists_async(path_of(first + index), watch)
            .rawlink([&window,
                      index](const kazoo::AsyncResult<std::optional<kazoo::ZnodeStat>>& result) {
                window.completed(index, result.successful() ? nullptr : "an exists has failed");
            });
    };
    return pipeline(set, in_flight, count).cpu;
}

}  // namespace

void part_watches(const Arguments& arguments) {
    const auto count = std::stoul(arguments.at(1));
    kazoo::Watcher shared;
    if (arguments.at(2) == "shared") {
        shared = kazoo::Watcher([](const kazoo::WatchedEvent&) {});
    }
    OurClient client("asio", unlimited(arguments.at(0)));
    const auto tenth = count / 10;
    // What the first use allocates is not that of the watches: these are for other paths.
    static_cast<void>(set_watches(*client, count, std::min(tenth, in_flight), shared));
    const auto before = resident_bytes_trimmed();
    const auto first = set_watches(*client, 0, tenth, shared);
    static_cast<void>(set_watches(*client, tenth, count - 2 * tenth, shared));
    const auto last = set_watches(*client, count - tenth, tenth, shared);
    const auto each = (resident_bytes_trimmed() - before) / static_cast<double>(count);
    std::cout << "bytes " << each - static_cast<double>(path_of(0).size()) << "\nfirst " << first
              << "\nlast " << last << std::endl;
    std::quick_exit(0);
}

void run_watches(const Context& context) {
    const auto count = context.options.scaled(1'000'000, 1'000);
    const auto name = with_variant("watches", std::to_string(count));
    for (const std::string functions : {"shared", "own"}) {
        const ServerProcess server;
        const auto values =
            values_of_part("watches", {server.hosts(), std::to_string(count), functions});
        const auto subject = functions + "-function";
        context.results.add({name, subject, "memory"}, "bytes/watch", values.at("bytes"));
        context.results.add({name, subject, "cpu-of-first"}, "us/op", values.at("first"));
        context.results.add({name, subject, "cpu-of-last"}, "us/op", values.at("last"));
        context.results.compare(
            with_variant(name, functions),
            {name, subject, "cpu-of-last"},
            {name, subject, "cpu-of-first"},
            "first"
        );
    }
}

}  // namespace bench
