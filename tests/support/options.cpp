// SPDX-License-Identifier: Apache-2.0
#include "support/options.hpp"

#include <algorithm>

namespace kazoo::testing_support {

Option flag_option(std::string_view name, bool& is_given) {
    return {name, false, [&is_given](auto) { return is_given = true; }};
}

Option text_option(std::string_view name, std::string& text) {
    return {name, true, [&text](auto value) {
                text = value;
                return true;
            }};
}

std::string read_options(int argc, const char* const* argv, const std::vector<Option>& options) {
    for (int i = 1; i < argc; ++i) {
        const std::string name = argv[i];
        const auto option = std::find_if(options.begin(), options.end(), [&](const auto& known) {
            return known.name == name;
        });
        if (option == options.end()) return name + ": not an option";
        if (option->has_value && ++i == argc) return name + ": its value is missing";
        if (!option->take(argv[i])) return name + ": not a valid value: " + argv[i];
    }
    return {};
}

}  // namespace kazoo::testing_support
