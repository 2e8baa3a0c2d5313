// SPDX-License-Identifier: Apache-2.0
// Counts the heap allocations of operations on a warm session, those of all threads of the program;
// part of the case `allocations` of the client benchmark. A program of its own, because it replaces
// operator new, which the other measurements use as it is.
//
//     bench_allocations HOST:PORT PATH DATA_SIZE WINDOW COUNT
//
// Prints lines `<operation>/<subject> <allocations per operation>`.
#include "allocation_count.hpp"
#include "our_client.hpp"
#include "subject.hpp"
#include "window.hpp"

#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using bench::Target;
using bench::Window;
using Start = std::function<void(Window& window, std::size_t index)>;

/// Returns the allocations per operation of `perform(count)`, which was performed before.
double count_in(const std::function<void(std::size_t)>& perform, std::size_t count) {
    perform(count);
    const auto before = bench::allocations();
    perform(count);
    return static_cast<double>(bench::allocations() - before) / static_cast<double>(count);
}

template <class T>
auto completes(Window& window, std::size_t index) {
    return [&window, index](const kazoo::AsyncResult<T>& result) {
        window.completed(index, result.successful() ? nullptr : "an operation has failed");
    };
}

void measure_floor(const Target& target, std::size_t count) {
    const auto subject = bench::connect_floor(target);
    std::vector<bench::Duration> latencies(count);
    const auto print = [&](const char* name, const std::function<void(std::size_t)>& perform) {
        std::cout << name << "/floor " << count_in(perform, count) << '\n';
    };
    print("get", [&](std::size_t) { subject->pipelined(bench::Operation::get, latencies); });
    print("set", [&](std::size_t) { subject->pipelined(bench::Operation::set, latencies); });
    print("blocking-get", [&](std::size_t) { subject->blocking_get(latencies); });
}

void measure(const bench::HandlerKind& kind, const Target& target, std::size_t count) {
    bench::OurClient client(
        kind.variant, kazoo::ClientOptions().hosts(kazoo::to_string(target.server))
    );
    const std::map<std::string, Start> operations{
        {"get",
         [&](Window& window, std::size_t i) {
             client->get_async(target.path).rawlink(completes<kazoo::NodeData>(window, i));
         }},
        {"set",
         [&](Window& window, std::size_t i) {
             client->set_async(target.path, target.data)
                 .rawlink(completes<kazoo::ZnodeStat>(window, i));
         }},
        {"exists",
         [&](Window& window, std::size_t i) {
             client->exists_async(target.path)
                 .rawlink(completes<std::optional<kazoo::ZnodeStat>>(window, i));
         }},
    };
    for (const auto& [name, start] : operations) {
        std::vector<bench::Duration> latencies(count);
        const auto perform = [&, &begin = start](std::size_t) {
            Window* running = nullptr;
            Window window(
                [&](std::size_t index) {
                    begin(*running, index);
                    return nullptr;
                },
                target.window,
                latencies
            );
            running = &window;
            window.run();
        };
        std::cout << name << '/' << kind.name << ' ' << count_in(perform, count) << '\n';
    }
    const auto block = [&](std::size_t gets) {
        for (std::size_t i = 0; i < gets; ++i) {
            static_cast<void>(client->get(target.path));
        }
    };
    std::cout << "blocking-get/" << kind.name << ' ' << count_in(block, count / 10 + 1) << '\n';
}

}  // namespace

int main(int argc, char** argv) {
    constexpr int expected = 6;
    try {
        if (argc != expected) {
            throw std::invalid_argument("HOST:PORT PATH DATA_SIZE WINDOW COUNT");
        }
        const Target target{
            kazoo::parse_hosts(argv[1]).value().hosts.front(),
            argv[2],
            std::string(std::stoul(argv[3]), 'x'),
            std::stoul(argv[4]),
            {}};
        const auto count = std::stoul(argv[5]);
        measure_floor(target, count);
        for (const auto& kind : bench::handler_kinds) {
            measure(kind, target, count);
        }
        std::cout << std::flush;
        return EXIT_SUCCESS;
    } catch (const std::exception& failed) {
        std::cerr << "bench_allocations: " << failed.what() << '\n';
        return EXIT_FAILURE;
    }
}
