#include "load.hpp"

namespace kazoo::chaos {
namespace {

using sim::Chance;

/// The result is of no interest to the caller.
template <class T>
void let_run(const AsyncResult<T>&) {}

std::string key(Chance& chance) {
    return "/k/" + std::string(1, static_cast<char>('a' + chance.below(6)));
}
std::string own(Chance& chance) {
    return "/e/" + std::string(1, static_cast<char>('a' + chance.below(5)));
}
std::string branch(Chance& chance) {
    std::string path = "/t";
    for (int depth = chance.between(1, 3); depth > 0; --depth) {
        path += "/" + std::string(1, static_cast<char>('x' + chance.below(2)));
    }
    return path;
}
std::string anything(Chance& chance) {
    switch (chance.below(8)) {
        case 0:
            return own(chance);
        case 1:
            return branch(chance);
        case 2:
            return chance.of<const char*>(roots);
        default:
            return key(chance);
    }
}

void write(Life& life, Chance& chance) {
    const auto version = chance.one_in(4) ? chance.between(0, 4) : -1;
    switch (chance.below(10)) {
        case 0:
        case 1:
            let_run(life.create(key(chance), CreateOptions()));
            return;
        case 2:
            let_run(life.create_with_stat(own(chance), CreateOptions().ephemeral()));
            return;
        case 3:
            let_run(life.create("/s/q-", CreateOptions().ephemeral().sequence()));
            return;
        case 4:
            let_run(life.create(branch(chance), CreateOptions().makepath()));
            return;
        case 5:
            let_run(life.create(own(chance) + "/child", CreateOptions()));
            return;
        case 6:
        case 7:
            let_run(life.remove(key(chance), version));
            return;
        default:
            let_run(life.set(anything(chance), version));
    }
}

void read(Life& life, Chance& chance) {
    const bool watches = chance.one_in(3);
    const auto path = anything(chance);
    switch (chance.below(6)) {
        case 0:
        case 1:
            let_run(life.look(path, watches));
            return;
        case 2:
            let_run(life.children(chance.of<const char*>({"/k", "/e", "/s"}), watches));
            return;
        case 3:
            let_run(life.children_with_stat(path, watches));
            return;
        default:
            let_run(life.get(path, watches));
    }
}

/// What was read decides what is written, at once.
void read_then_write(const std::shared_ptr<Life>& life, Chance& chance) {
    const auto path = key(chance);
    const auto result = life->get(path, true);
    if (!result.valid()) return;
    result.rawlink([life, path](const AsyncResult<NodeData>& done) {
        if (done.successful()) {
            let_run(life->set(path, done.value()->stat.version));
        } else {
            let_run(life->create(path, CreateOptions()));
        }
    });
}

/// A place in a queue, taken and left again.
void queue_up(const std::shared_ptr<Life>& life) {
    const auto result = life->create("/s/q-", CreateOptions().ephemeral().sequence());
    if (!result.valid()) return;
    result.rawlink([life](const AsyncResult<std::string>& done) {
        if (!done.successful()) return;
        let_run(life->children("/s", true));
        let_run(life->remove(*done.value()));
    });
}

void one_call(const std::shared_ptr<Life>& life, Chance& chance) {
    switch (chance.below(20)) {
        case 0:
            if (chance.one_in(5)) life->request_stop();
            return;
        case 1:
            let_run(life->sync("/k"));
            return;
        case 2:
            return read_then_write(life, chance);
        case 3:
            return queue_up(life);
        case 4:
            let_run(life->ensure_path(branch(chance)));
            return;
        case 5:
            if (chance.one_in(3))
                let_run(life->remove_tree(chance.of<const char*>({"/t/x", "/t/y"})));
            return;
        case 6:
        case 7:
        case 8:
        case 9:
        case 10:
        case 11:
            return write(*life, chance);
        default:
            return read(*life, chance);
    }
}

}  // namespace

void make_calls(const std::shared_ptr<Life>& life, Chance& chance) {
    const int calls = chance.one_in(10) ? chance.between(5, 15) : chance.between(1, 3);
    for (int i = 0; i < calls; ++i) one_call(life, chance);
}

}  // namespace kazoo::chaos
