#include "options.hpp"

#include <charconv>
#include <string_view>

namespace kazoo::sim {
namespace {

template <class Number>
bool read(std::string_view text, Number& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

std::string read_options(int argc, char** argv, Options& options) {
    for (int i = 1; i < argc; ++i) {
        const std::string_view name = argv[i];
        if (name == "--trace") {
            options.trace = true;
            continue;
        }
        if (name == "--self-test") {
            options.self_test = true;
            continue;
        }
        if (++i == argc) {
            return std::string(name) + ": unknown option or missing value";
        }
        const std::string_view value = argv[i];
        bool good = true;
        if (name == "--seeds") {
            good = read(value, options.seeds);
        } else if (name == "--first-seed") {
            good = read(value, options.first_seed);
        } else if (name == "--seed") {
            good = read(value, options.first_seed);
            options.seeds = 1;
        } else if (name == "--jobs") {
            good = read(value, options.jobs) && options.jobs > 0;
        } else if (name == "--defect") {
            options.defect = value;
        } else {
            return std::string(name) + ": not an option";
        }
        if (!good) {
            return std::string(name) + ": not a number: " + std::string(value);
        }
    }
    return {};
}

}  // namespace kazoo::sim
