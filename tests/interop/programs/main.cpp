// SPDX-License-Identifier: Apache-2.0
#include "programs.hpp"

#include <exception>
#include <functional>
#include <map>

int main(int argc, char** argv) {
    const interop::Arguments arguments(argv + 1, argv + argc);
    const std::map<std::string, std::function<void(const interop::Arguments&)>> programs{
        {"barrier-wait", interop::wait_at_barrier},
        {"barrier-open", interop::open_barrier},
        {"double-barrier", interop::pass_double_barrier},
        {"counter", interop::count},
        {"float-counter", interop::count_floats},
        {"lease", interop::lease},
        {"partition", interop::partition},
        {"commands", interop::carry_out_commands},
        {"contend", interop::contend},
        {"use-queue", interop::use_queue},
        {"pass-barriers", interop::pass_barriers},
    };
    try {
        programs.at(arguments.at(1))(arguments);
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
    return 0;
}
