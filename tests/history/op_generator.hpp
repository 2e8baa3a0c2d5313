// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "history/call.hpp"

#include <kazoo/async_result.hpp>
#include <kazoo/call_options.hpp>

#include <initializer_list>
#include <string>
#include <vector>

namespace kazoo::history {

/// Starts a call and ignores its result.
template <class T>
void let_run(const AsyncResult<T>&) {}

/// Nodes that exist from the start.
inline constexpr std::initializer_list<const char*> roots = {"/k", "/e", "/s", "/t", "/m"};

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

    /// The operations of a transaction, with at least one create or set. Many are possible only in
    /// their order, and many fail.
    std::vector<Part> operations();
    /// The reads of a multi-read.
    std::vector<Part> reads();

    template <class Program>
    void write(Program& program);
    template <class Program>
    void read(Program& program);

private:
    std::string letter(char first, int of) {
        return std::string(1, static_cast<char>(first + chance_.below(static_cast<unsigned>(of))));
    }

    std::int32_t version() { return chance_.one_in(4) ? chance_.between(0, 4) : -1; }
    Part operation();
    static Part part(Act act, std::string path, std::int32_t version = -1) {
        Part made;
        made.act = act;
        made.path = std::move(path);
        made.version = version;
        return made;
    }

    Chance& chance_;
    const int keys_;
    const int owns_;
};

template <class Chance>
Part OpGenerator<Chance>::operation() {
    switch (chance_.below(8)) {
        case 0:
            return part(Act::create, key());
        case 1: {
            auto made = part(Act::create, own());
            made.ephemeral = true;
            return made;
        }
        case 2: {
            auto made = part(Act::create, "/s/q-");
            made.ephemeral = made.sequence = true;
            return made;
        }
        case 3:
            return part(Act::remove, key(), version());
        case 4:
        case 5:
            return part(Act::check, anything(), version());
        default:
            return part(Act::set, anything(), version());
    }
}

template <class Chance>
std::vector<Part> OpGenerator<Chance>::operations() {
    std::vector<Part> parts;
    const auto path = key();
    switch (chance_.below(4)) {
        case 0:  // replaces a node
            parts = {part(Act::remove, path), part(Act::create, path)};
            break;
        case 1:  // needs what the operations before it did
            parts = {part(Act::create, path), part(Act::set, path, 0), part(Act::check, path, 1)};
            if (chance_.one_in(2)) parts.push_back(part(Act::remove, path, 1));
            break;
        default:
            parts = {part(Act::set, chance_.one_in(2) ? path : "/k")};
    }
    for (int more = chance_.between(0, 3); more > 0; --more) {
        parts.insert(chance_.one_in(2) ? parts.begin() : parts.end(), operation());
    }
    return parts;
}

template <class Chance>
std::vector<Part> OpGenerator<Chance>::reads() {
    std::vector<Part> parts;
    for (int count = chance_.between(1, 6); count > 0; --count) {
        const auto act = chance_.one_in(3) ? Act::children : Act::get;
        parts.push_back(part(act, anything()));
    }
    return parts;
}

template <class Chance>
template <class Program>
void OpGenerator<Chance>::write(Program& program) {
    switch (chance_.below(14)) {
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
            return let_run(program.remove(key(), version()));
        case 8:
        case 9:
        case 10:
            return let_run(program.commit(operations()));
        case 11: {
            const bool owns = chance_.one_in(3);
            const auto create = CreateOptions().ephemeral(owns);
            return let_run(program.create_or_set(owns ? own() : key(), create));
        }
        default:
            return let_run(program.set(anything(), version()));
    }
}

template <class Chance>
template <class Program>
void OpGenerator<Chance>::read(Program& program) {
    const bool watches = chance_.one_in(3);
    const auto path = anything();
    switch (chance_.below(12)) {
        case 0:
            return let_run(program.get_consistent(path, 0));
        case 1:
            return let_run(program.children_latest(path));
        case 2:
        case 3:
            return let_run(program.read_many(reads()));
        case 4:
            return let_run(program.children_with_data(path));
        case 5:
        case 6:
            return let_run(program.look(path, watches));
        case 7: {
            const auto* const parent = chance_.template of<const char*>({"/k", "/e", "/s"});
            return let_run(program.children(parent, watches));
        }
        case 8:
            return let_run(program.children_with_stat(path, watches));
        default:
            return let_run(program.get(path, watches));
    }
}

}  // namespace kazoo::history
