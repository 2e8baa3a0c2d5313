// SPDX-License-Identifier: Apache-2.0
// Transactions, multi-reads, and nodes that the server deletes. The snippets of
// docs/transactions.md.
#include "hosts.hpp"

#include <kazoo/kazoo.hpp>

#include <chrono>
#include <iostream>
#include <string>

using namespace std::chrono_literals;

namespace {

void commit(kazoo::KazooClient& zk, const std::string& root) {
    zk.create(root + "/epoch", "7");
    zk.create(root + "/state", "idle");
    zk.create(root + "/old");
    //! [commit]
    const auto job = kazoo::CreateOptions().sequence();
    const auto results = zk.transaction()
                             .check(root + "/epoch", 0)  // ZnodeStat::version
                             .create(root + "/job-", "data", job)
                             .set_data(root + "/state", "busy")
                             .delete_(root + "/old")
                             .commit(kazoo::CallOptions().timeout(10s));
    std::cout << "created " << results[1].created_path() << '\n';
    std::cout << "state has version " << results[2].stat()->version << '\n';
    //! [commit]
}

void failure(kazoo::KazooClient& zk, const std::string& root) {
    //! [failure]
    auto transaction = zk.transaction();
    transaction.set_data(root + "/state", "idle");
    transaction.check(root + "/epoch", 99);
    try {
        transaction.commit();
    } catch (const kazoo::TransactionFailedError& error) {
        const auto& failure = error.transaction();
        std::cout << to_string(failure.kind())
                  << " failed: " << kazoo::error_name(failure.reason().code()) << '\n';
        for (const auto& result : failure.results()) {
            std::cout << "  " << kazoo::error_name(result.error()) << '\n';
        }
    }
    // The same without exceptions.
    const auto result = transaction.commit_async().result();
    if (!result && result.failure().transaction() != nullptr) {
        std::cout << "operation " << *result.failure().transaction()->index() << '\n';
    }
    //! [failure]
}

//! [coroutine]
kazoo::AsyncResult<std::string> enqueue(kazoo::KazooClient& zk, std::string queue) {
    const auto results = co_await zk.transaction()
                             .check(queue, -1)  // any version: the queue must exist
                             .create(queue + "/n-", "job", kazoo::CreateOptions().sequence())
                             .commit_async();
    co_return results[1].created_path();
}
//! [coroutine]

void protect(kazoo::KazooClient& zk, const std::string& root) {
    zk.create(root + "/a", "10");
    zk.create(root + "/b", "0");
    zk.create(root + "/transfers");
    //! [protect]
    auto transfer = zk.transaction().set_data(root + "/a", "9", 0).set_data(root + "/b", "1", 0);
    transfer.protect(root + "/transfers", "order-4711");
    zk.retry([&] { return transfer.commit(); });  // applied exactly once
    if (transfer.applied()) std::cout << "transferred\n";
    transfer.forget();  // when no process will commit it again
    //! [protect]
}

void read(kazoo::KazooClient& zk, const std::string& root) {
    //! [read]
    const auto results = zk.multi_read()
                             .get(root + "/a")
                             .get(root + "/none")
                             .get_children(root + "/transfers")
                             .read();
    std::cout << "a: " << results[0].node().data << '\n';
    std::cout << "none: " << kazoo::error_name(results[1].error()) << '\n';
    std::cout << "transfers: " << results[2].children().size() << '\n';
    //! [read]
}

void kinds(kazoo::KazooClient& zk, const std::string& root) {
    //! [kinds]
    // Deleted by the server some time after its last child.
    zk.create(root + "/locks", {}, kazoo::CreateOptions().container());
    // Deleted by the server when it has not been changed for an hour and has no children.
    try {
        zk.create(root + "/cache", "data", kazoo::CreateOptions().ttl(1h));
    } catch (const kazoo::UnimplementedError& error) {
        std::cout << error.what() << '\n';  // the server needs extendedTypesEnabled=true
    }
    //! [kinds]
}

void run(const std::string& hosts) {
    kazoo::KazooClient zk(kazoo::ClientOptions().hosts(hosts));
    zk.start(10s);
    const std::string root = own_path("transactions");
    zk.create(root);
    commit(zk, root);
    failure(zk, root);
    zk.create(root + "/queue");
    std::cout << "enqueued " << enqueue(zk, root + "/queue").get(10s) << '\n';
    protect(zk, root);
    read(zk, root);
    kinds(zk, root);
    zk.delete_recursive(root);
    zk.stop();
}

}  // namespace

int main(int argc, char** argv) {
    try {
        run(hosts(argc, argv));
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
