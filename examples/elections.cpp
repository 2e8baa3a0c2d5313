// SPDX-License-Identifier: Apache-2.0
// Elections, latches, semaphores, and several locks at once.
#include "hosts.hpp"

#include <kazoo/kazoo.hpp>

#include <chrono>
#include <iostream>
#include <string>

using namespace std::chrono_literals;

namespace {

//! [coroutine]
kazoo::AsyncResult<void> lead(kazoo::KazooClient& zk, kazoo::Leadership leading, std::string path) {
    auto transaction = leading.transaction();  // applied only while this process leads
    transaction.set_data(path, "done by " + std::to_string(leading.token()));
    const auto committed = transaction.commit_async();
    co_await committed;
    std::cout << "the work is done\n";
    const auto reading = zk.get_async(path);
    std::cout << "written: " << (co_await reading).data.substr(0, 7) << '\n';
}
//! [coroutine]

void elect(kazoo::KazooClient& zk, const std::string& root) {
    zk.create(root + "/work", "");
    //! [election]
    kazoo::Election election(zk, root + "/election", kazoo::LockOptions().identifier("host-7"));
    const bool until_the_end = election.run([&](const kazoo::Leadership& leading) {
        std::cout << election.leader()->data << " leads\n";
        for (int step = 0; step < 3 && !leading.lost().stop_requested(); ++step) {
            std::cout << "step " << step << '\n';
        }
    });
    std::cout << (until_the_end ? "it has led until the end\n" : "it was deposed\n");
    //! [election]
    election.run_async([&](kazoo::Leadership leading) { return lead(zk, leading, root + "/work"); }
    ).get(10s);
}

void latch(kazoo::KazooClient& zk, const std::string& root) {
    //! [latch]
    kazoo::LeaderLatch latch(zk, root + "/latch", kazoo::LeaderLatchOptions().identifier("host-7"));
    latch.start();
    const auto leading = latch.await(kazoo::CallOptions().timeout(10s));
    if (latch.has_leadership()) {
        std::cout << "the latch leads\n";
    }
    latch.close();  // the next one leads
    //! [latch]
    std::cout << "held after close: " << leading.is_held() << '\n';
}

void observe(kazoo::KazooClient& zk, const std::string& root) {
    kazoo::Election election(zk, root + "/observed", kazoo::LockOptions().identifier("host-8"));
    //! [observer]
    kazoo::LeaderStream leaders(zk, root + "/observed");
    const auto show = [&] {
        const auto change = leaders.next().get(10s);
        std::cout << (change && change->leader ? change->leader->data : "nobody") << " leads\n";
    };
    show();
    //! [observer]
    election.run(show);
    show();
}

void admit(kazoo::KazooClient& zk, const std::string& root) {
    //! [semaphore]
    kazoo::Semaphore workers(zk, root + "/workers", 2);
    auto first = workers.acquire(kazoo::CallOptions().timeout(5s));
    auto second = workers.acquire(kazoo::CallOptions().timeout(5s));
    if (!workers.try_acquire()) {
        std::cout << "both leases are taken\n";
    }
    first.release();
    //! [semaphore]
    std::cout << "free again: " << workers.try_acquire().has_value() << '\n';
    second.release();
    //! [multi]
    kazoo::MultiLock accounts(zk, {root + "/account-1", root + "/account-2"});
    if (auto held = accounts.try_acquire()) {
        std::cout << held->locks().size() << " locks are held\n";
    }
    //! [multi]
}

}  // namespace

int main(int argc, char** argv) {
    try {
        kazoo::KazooClient zk(kazoo::ClientOptions().hosts(hosts(argc, argv)));
        zk.start(10s);
        const std::string root = own_path("elections");
        zk.create(root);
        elect(zk, root);
        latch(zk, root);
        observe(zk, root);
        admit(zk, root);
        zk.delete_recursive(root);
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
