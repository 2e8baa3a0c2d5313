#include "options.hpp"

#include <charconv>
#include <string_view>

namespace kazoo::chaos {

std::string read_options(int argc, char** argv, Options& options) {
    for (int i = 1; i < argc; ++i) {
        const std::string_view name = argv[i];
        if (name == "--keep") {
            options.keep = true;
            continue;
        }
        if (name != "--minutes" && name != "--seconds" && name != "--seed") {
            return std::string(name) + ": not an option";
        }
        const std::string_view text = ++i < argc ? argv[i] : "";
        std::uint64_t value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        constexpr std::uint64_t much = 1'000'000;
        const bool is_time = name != "--seed";
        const bool wrong = error != std::errc() || end != text.data() + text.size() ||
                           (is_time && (value == 0 || value > much));
        if (wrong) return std::string(name) + ": not such a number: " + std::string(text);
        if (name == "--seed") options.seed = value;
        if (name == "--minutes") options.length = std::chrono::minutes(value);
        if (name == "--seconds") options.length = std::chrono::seconds(value);
    }
    return {};
}

}  // namespace kazoo::chaos
