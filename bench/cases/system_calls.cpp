// SPDX-License-Identifier: Apache-2.0
// The system calls of a blocking get, counted from outside: the difference between two runs of
// different length, so that the start and the end of a client do not count.
#include "call_counter.hpp"
#include "cases.hpp"
#include "child.hpp"
#include "contestants.hpp"
#include "parts.hpp"
#include "server_process.hpp"

#include <stdexcept>
#include <string>

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

CallCounter::Counts count_calls(
    const CallCounter& counter, const std::string& subject, const Target& target, std::size_t gets
) {
    return counter.count(
        {this_program(),
         "--part=blocking-gets",
         subject,
         kazoo::to_string(target.server),
         target.path,
         std::to_string(target.data.size()),
         std::to_string(gets)}
    );
}

void measure(
    const Context& context,
    const CallCounter& counter,
    const std::string& subject,
    const Target& target,
    std::size_t gets
) {
    const auto fewer = gets / 10 + 1;
    const auto few = count_calls(counter, subject, target, fewer);
    const auto many = count_calls(counter, subject, target, gets);
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
    const auto counter = CallCounter::find();
    if (!counter) {
        context.results.skip(
            case_name, "", "neither perf nor strace is installed and allowed to trace"
        );
        return;
    }
    const ServerProcess server;
    const auto target = target_on(server.address(), 1);
    const Node node(target);
    const auto gets = context.options.scaled(2'000, 20);
    for (const auto& contestant : single_process_contestants()) {
        measure(context, *counter, contestant.name, target, gets);
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
