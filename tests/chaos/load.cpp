// SPDX-License-Identifier: Apache-2.0
#include "load.hpp"

#include "history/op_generator.hpp"

#include <string>
#include <utility>
#include <vector>

namespace kazoo::chaos {
namespace {

using history::let_run;
using sim::Chance;
using OpGenerator = history::OpGenerator<Chance>;

constexpr int keys = 6;
constexpr int owns = 5;

/// Writes from the callback of a read, at the version read.
void read_then_write(const std::shared_ptr<Life>& life, const std::string& path) {
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

/// Enters a queue and leaves it again.
void queue_up(const std::shared_ptr<Life>& life) {
    const auto result = life->create("/s/q-", CreateOptions().ephemeral().sequence());
    if (!result.valid()) return;
    result.rawlink([life](const AsyncResult<std::string>& done) {
        if (!done.successful()) return;
        let_run(life->children("/s", true));
        let_run(life->remove(*done.value()));
    });
}

/// Commits a protected transaction, and once again if its outcome is unknown.
void commit_once(
    const std::shared_ptr<Life>& life, std::vector<history::Part> parts, const std::string& id
) {
    history::name_writes(parts, id);
    const auto result = life->commit_protected(parts, id);
    if (!result.valid()) return;
    result.rawlink([life, parts, id](const AsyncResult<TransactionResults>& done) {
        const auto outcome = done.result();
        if (!outcome && outcome.failure().outcome() == Outcome::unknown) {
            let_run(life->commit_protected(parts, id));
        }
    });
}

void one_call(const std::shared_ptr<Life>& life, Chance& chance) {
    OpGenerator op_generator(chance, keys, owns);
    switch (chance.below(20)) {
        case 0:
            if (chance.one_in(5)) life->request_stop();
            return;
        case 1:
            let_run(life->sync("/k"));
            return;
        case 2:
            return read_then_write(life, op_generator.key());
        case 3:
            return queue_up(life);
        case 4:
            let_run(life->ensure_path(op_generator.branch()));
            return;
        case 5:
            if (chance.one_in(3))
                let_run(life->remove_tree(chance.of<const char*>({"/t/x", "/t/y"})));
            return;
        case 6:
            return commit_once(
                life, op_generator.operations(), "n" + std::to_string(chance.next())
            );
        case 7:
        case 8:
        case 9:
        case 10:
        case 11:
            return op_generator.write(*life);
        default:
            return op_generator.read(*life);
    }
}

}  // namespace

void make_calls(const std::shared_ptr<Life>& life, Chance& chance) {
    const int calls = chance.one_in(10) ? chance.between(5, 15) : chance.between(1, 3);
    for (int i = 0; i < calls; ++i) one_call(life, chance);
}

}  // namespace kazoo::chaos
