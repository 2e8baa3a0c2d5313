// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include <array>
#include <charconv>
#include <stdexcept>

namespace bench {
namespace {

template <class T>
struct Option {
    std::string_view name;
    T Options::*member;
    const char* meaning;
};

constexpr std::array numbers{
    Option<std::size_t>{"--rounds", &Options::rounds, "rounds; each measures every subject once"},
    Option<std::size_t>{"--pipelined", &Options::pipelined, "pipelined operations in a turn"},
    Option<std::size_t>{"--blocking", &Options::blocking, "blocking operations in a turn"},
    Option<std::size_t>{"--window", &Options::window, "pipelined operations in flight"},
    Option<std::size_t>{
        "--nodes", &Options::nodes, "nodes (bench_server; bench_tree_cache: a hundredth)"},
    Option<std::size_t>{
        "--divisor", &Options::divisor, "divides the other numbers of operations and objects"},
};

constexpr std::array texts{
    Option<std::string>{"--case", &Options::cases, "the cases to run (bench); default: all"},
    Option<std::string>{"--peers", &Options::peers, "the other clients, or none; default: all"},
    Option<std::string>{"--json", &Options::json, "the file to write the results to (bench)"},
};

constexpr std::array switches{
    Option<bool>{"--list", &Options::list, "only list the cases (bench)"},
    Option<bool>{"--help", &Options::help, "only print this text"},
};

std::size_t parse_number(std::string_view name, std::string_view text) {
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value == 0) {
        throw std::invalid_argument(std::string(name) + " must be a positive number");
    }
    return value;
}

/// Returns the option of this name, or null.
template <class Table>
const typename Table::value_type* find(const Table& table, std::string_view name) {
    for (const auto& option : table) {
        if (option.name == name) {
            return &option;
        }
    }
    return nullptr;
}

void parse_option(Options& options, std::string_view argument) {
    const auto name = argument.substr(0, argument.find('='));
    const auto value = argument.substr(std::min(name.size() + 1, argument.size()));
    if (const auto* number = find(numbers, name)) {
        options.*number->member = parse_number(name, value);
    } else if (const auto* text = find(texts, name)) {
        options.*text->member = value;
    } else if (const auto* on = find(switches, argument)) {
        options.*on->member = true;
    } else {
        throw std::invalid_argument("unknown argument " + std::string(argument));
    }
}

std::string line(std::string_view option, const char* meaning) {
    return "  " + std::string(option) + "\t" + meaning + "\n";
}

}  // namespace

std::string usage(std::string_view command) {
    std::string text = "usage: " + std::string(command) + " [--option]...\n";
    for (const auto& number : numbers) {
        const auto value = std::to_string(Options().*number.member);
        text += line(std::string(number.name) + "=" + value, number.meaning);
    }
    for (const auto& option : texts) {
        text += line(std::string(option.name) + "=...", option.meaning);
    }
    for (const auto& option : switches) {
        text += line(option.name, option.meaning);
    }
    return text;
}

Options parse_options(int argc, const char* const* argv) {
    Options options;
    for (int i = 1; i < argc; ++i) {
        parse_option(options, argv[i]);
    }
    return options;
}

}  // namespace bench
