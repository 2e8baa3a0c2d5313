// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/async_result.hpp>
#include <kazoo/call_options.hpp>

#include <initializer_list>
#include <string>

namespace kazoo::history {

/// Starts a call and ignores its result.
template <class T>
void let_run(const AsyncResult<T>&) {}

/// Nodes that exist from the start.
inline constexpr std::initializer_list<const char*> roots = {"/k", "/e", "/s", "/t"};

/// Random writes and reads of a program. Few paths are used, so that programs conflict.
template <class Chance>
class OpGenerator {
public:
    /// `keys`: number of nodes that all programs write; `owns`: number of ephemeral nodes.
    OpGenerator(Chance& chance, int keys, int owns) : chance_(chance), keys_(keys), owns_(owns) {}

    std::string key() { return "/k/" + letter('a', keys_); }
    std::string own() { return "/e/" + letter('a', owns_); }
    std::string branch() {
        std::string path = "/t";
        for (int depth = chance_.between(1, 3); depth > 0; --depth) {
            path += "/" + letter('x', 2);
        }
        return path;
    }
    std::string anything() {
        switch (chance_.below(8)) {
            case 0:
                return own();
            case 1:
                return branch();
            case 2:
                return chance_.template of<const char*>(roots);
            default:
                return key();
        }
    }

    template <class Program>
    void write(Program& program);
    template <class Program>
    void read(Program& program);

private:
    std::string letter(char first, int of) {
        return std::string(1, static_cast<char>(first + chance_.below(static_cast<unsigned>(of))));
    }

    Chance& chance_;
    const int keys_;
    const int owns_;
};

template <class Chance>
template <class Program>
void OpGenerator<Chance>::write(Program& program) {
    const auto version = chance_.one_in(4) ? chance_.between(0, 4) : -1;
    switch (chance_.below(10)) {
        case 0:
        case 1:
            return let_run(program.create(key(), CreateOptions()));
        case 2:
            return let_run(program.create_with_stat(own(), CreateOptions().ephemeral()));
        case 3:
            return let_run(program.create("/s/q-", CreateOptions().ephemeral().sequence()));
        case 4:
            return let_run(program.create(branch(), CreateOptions().makepath()));
        case 5:
            return let_run(program.create(own() + "/child", CreateOptions()));
        case 6:
        case 7:
            return let_run(program.remove(key(), version));
        default:
            return let_run(program.set(anything(), version));
    }
}

template <class Chance>
template <class Program>
void OpGenerator<Chance>::read(Program& program) {
    const bool watches = chance_.one_in(3);
    const auto path = anything();
    switch (chance_.below(6)) {
        case 0:
        case 1:
            return let_run(program.look(path, watches));
        case 2: {
            const auto* const parent = chance_.template of<const char*>({"/k", "/e", "/s"});
            return let_run(program.children(parent, watches));
        }
        case 3:
            return let_run(program.children_with_stat(path, watches));
        default:
            return let_run(program.get(path, watches));
    }
}

}  // namespace kazoo::history
