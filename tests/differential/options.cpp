#include "options.hpp"

#include <charconv>
#include <stdexcept>
#include <string>
#include <string_view>

namespace kazoo::differential {
namespace {

template <class Number>
bool take_number(std::string_view argument, std::string_view name, Number& number) {
    if (argument.substr(0, name.size()) != name) {
        return false;
    }
    argument.remove_prefix(name.size());
    const auto* end = argument.data() + argument.size();
    const auto [at, error] = std::from_chars(argument.data(), end, number);
    return error == std::errc() && at == end;
}

bool take(std::string_view argument, Options& options) {
    if (argument == "--apache-twice") {
        return options.apache_twice = true;
    }
    if (argument == "--print") {
        return options.print = true;
    }
    if (argument == "--self-test") {
        return options.self_test = true;
    }
    return take_number(argument, "--seed=", options.seed) ||
           take_number(argument, "--scripts=", options.scripts) ||
           take_number(argument, "--steps=", options.steps) ||
           take_number(argument, "--explain=", options.explain);
}

}  // namespace

Options parse_options(int argc, const char* const* argv) {
    Options options;
    for (int i = 1; i < argc; ++i) {
        if (!take(argv[i], options)) {
            throw std::invalid_argument("unknown argument " + std::string(argv[i]));
        }
    }
    return options;
}

}  // namespace kazoo::differential
