// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>

namespace bench {
namespace {

struct Number {
    std::string_view name;
    std::size_t Options::*member;
    const char* meaning;
};

constexpr std::array numbers{
    Number{"--rounds", &Options::rounds, "rounds; each measures every subject once"},
    Number{"--pipelined", &Options::pipelined, "pipelined operations in a turn"},
    Number{"--blocking", &Options::blocking, "blocking operations in a turn"},
    Number{"--window", &Options::window, "pipelined operations in flight"},
    Number{"--nodes", &Options::nodes, "nodes (bench_server; bench_tree_cache: a hundredth)"},
};

std::size_t parse_number(std::string_view name, std::string_view text) {
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value == 0) {
        throw std::invalid_argument(std::string(name) + " must be a positive number");
    }
    return value;
}

}  // namespace

std::string usage(std::string_view command) {
    std::string text = "usage: " + std::string(command) + " [--name=number]...\n";
    for (const auto& number : numbers) {
        text += "  " + std::string(number.name) + "=" + std::to_string(Options().*number.member) +
                "\t" + number.meaning + "\n";
    }
    return text;
}

Options parse_options(int argc, const char* const* argv) {
    Options options;
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        const auto name = argument.substr(0, argument.find('='));
        bool known = argument == "--help";
        options.help = options.help || known;
        for (const auto& number : numbers) {
            if (number.name == name) {
                known = true;
                options.*number.member =
                    parse_number(name, argument.substr(std::min(name.size() + 1, argument.size())));
            }
        }
        if (!known) {
            throw std::invalid_argument("unknown argument " + std::string(argument));
        }
    }
    return options;
}

}  // namespace bench
