// SPDX-License-Identifier: Apache-2.0
// The benchmark of TreeCache in `make bench`: loads the same tree into this library's cache and
// into those of kazoo and Curator, on the same server, and interrupts their connections. Without
// kazoo or Curator the others are measured.
#include "options.hpp"
#include "relay.hpp"
#include "results.hpp"
#include "tree_cache_peer.hpp"

#include <kazoo/client.hpp>
#include <kazoo/recipes/tree_cache.hpp>

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace bench;
using Seconds = std::chrono::duration<double>;

constexpr auto patience = std::chrono::minutes(10);
constexpr std::size_t siblings = 100;  // nodes below one parent, and in one transaction
constexpr std::size_t data_size = 100;

/// A tree on the server, which exists during the lifetime of this object.
class Tree {
public:
    Tree(const std::string& hosts, std::size_t nodes)
        : client_(kazoo::ClientOptions().hosts(hosts)),
          path_("/kazoo-bench-" + std::to_string(getpid())) {
        client_.start(std::chrono::seconds(10));
        client_.create(path_, "");
        std::vector<kazoo::AsyncResult<kazoo::TransactionResults>> commits;
        while (size_ < nodes) {
            const auto parent = path_ + "/directory-" + std::to_string(size_);
            auto transaction = client_.transaction();
            transaction.create(parent, std::string(data_size, 'x'));
            ++size_;
            for (std::size_t i = 0; i < siblings && size_ < nodes; ++i, ++size_) {
                transaction.create(
                    parent + "/node-" + std::to_string(i), std::string(data_size, 'x')
                );
            }
            commits.push_back(transaction.commit_async());
        }
        for (const auto& commit : commits) {
            commit.get(patience);
        }
    }
    Tree(const Tree&) = delete;
    Tree& operator=(const Tree&) = delete;
    ~Tree() {
        try {
            client_.delete_recursive(path_);
        } catch (const std::exception& failed) {
            std::cerr << "bench_tree_cache: " << failed.what() << '\n';
        }
    }

    /// Changes the data of one node.
    void change() { client_.set(path_, "changed"); }

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] std::size_t size() const { return size_; }

private:
    kazoo::KazooClient client_;
    std::string path_;
    std::size_t size_ = 1;
};

/// A cache that has been loaded.
struct Loaded {
    double seconds = 0;
    std::optional<std::size_t> bytes;
    std::shared_ptr<void> cache;  ///< keeps it, with its client
};

struct OurCache {
    OurCache(const std::string& hosts, const std::string& path)
        : client(kazoo::ClientOptions().hosts(hosts)), cache(client, path) {}

    kazoo::KazooClient client;
    kazoo::TreeCache cache;
};

Loaded load_ours(const std::string& hosts, const Tree& tree) {
    const auto ours = std::make_shared<OurCache>(hosts, tree.path());
    ours->client.start(std::chrono::seconds(10));
    const auto begin = std::chrono::steady_clock::now();
    ours->cache.start();
    ours->cache.initialized().get(patience);
    const Seconds took = std::chrono::steady_clock::now() - begin;
    if (ours->cache.size() != tree.size()) {
        throw std::runtime_error("the cache is not complete");
    }
    return {took.count(), ours->cache.bytes(), ours};
}

Loaded load_peer(
    const std::vector<std::string>& command, const std::string& hosts, const Tree& tree
) {
    const auto peer = std::make_shared<TreeCachePeer>(command, hosts, tree.path(), tree.size());
    return {peer->seconds(), std::nullopt, peer};
}

Loaded load_kazoo(const std::string& hosts, const Tree& tree) {
    const std::string script = KAZOO_BENCH_DIRECTORY "/tree_cache_kazoo.py";
    try {
        return load_peer({"python3", "-B", script}, hosts, tree);
    } catch (const TreeCacheSkipped&) {
        return load_peer({"/usr/bin/python3", "-B", script}, hosts, tree);
    }
}

Loaded load_curator(const std::string& hosts, const Tree& tree) {
    return load_peer({"sh", KAZOO_BENCH_DIRECTORY "/tree_cache_curator/run"}, hosts, tree);
}

/// A cache that is measured, and what has been measured.
struct Subject {
    std::string name;
    Loaded (*load)(const std::string& hosts, const Tree& tree);
    std::vector<double> loads{};  // in seconds, by round
    std::optional<std::size_t> bytes{};
    Traffic resync{};
    std::string skipped{};  // why it was not measured
};

/// Loads the tree through a relay, changes one node while the connection is interrupted, and
/// returns what the cache sends and receives after that.
Traffic resync(const Subject& subject, const std::string& hosts, Tree& tree) {
    Relay relay(kazoo::parse_hosts(hosts).value().hosts.front());
    const auto loaded = subject.load(relay.hosts(), tree);
    relay.interrupt();
    tree.change();
    relay.restore();
    // A cache that is slow to load may also pause longer between two requests.
    return relay.settled(Seconds(std::max(2.0, loaded.seconds / 4)));
}

void measure(std::vector<Subject>& subjects, const std::string& hosts, const Options& options) {
    Tree tree(hosts, std::max(options.nodes / 100, std::size_t{1}));
    std::cout << "tree-cache: " << tree.size() << " nodes" << std::endl;
    for (std::size_t round = 0; round < options.rounds; ++round) {
        for (auto& subject : subjects) {
            if (!subject.skipped.empty()) {
                continue;
            }
            try {
                const auto loaded = subject.load(hosts, tree);
                subject.loads.push_back(loaded.seconds);
                subject.bytes = loaded.bytes;
            } catch (const TreeCacheSkipped& missing) {
                subject.skipped = missing.what();
            }
        }
    }
    for (auto& subject : subjects) {
        if (subject.skipped.empty()) {
            subject.resync = resync(subject, hosts, tree);
        }
    }
    for (auto& subject : subjects) {
        if (subject.bytes) {
            subject.bytes = *subject.bytes / tree.size();
        }
    }
}

constexpr auto case_name = "tree-cache";

void report(const Subject& subject, Results& results) {
    if (!subject.skipped.empty()) {
        results.skip(case_name, subject.name, subject.skipped);
        return;
    }
    std::cout << "tree-cache: resync of " << subject.name << ':';
    const char* separator = " ";
    for (const auto& [opcode, number] : subject.resync.requests) {
        std::cout << std::exchange(separator, ", ") << number << ' ' << name(opcode);
    }
    std::cout << '\n';
    for (const double load : subject.loads) {
        results.add({case_name, subject.name, "load"}, "ms", load * 1000);
    }
    if (subject.bytes) {
        results.add(
            {case_name, subject.name, "node"}, "bytes", static_cast<double>(*subject.bytes)
        );
    }
    const auto& traffic = subject.resync;
    results.add({case_name, subject.name, "resync"}, "ms", traffic.time.count() * 1000);
    results.add(
        {case_name, subject.name, "resync-requests"}, "", static_cast<double>(traffic.total())
    );
    results.add(
        {case_name, subject.name, "resync-received"}, "bytes", static_cast<double>(traffic.bytes)
    );
}

void run(const Options& options) {
    const char* hosts = std::getenv("ZOOKEEPER_HOSTS");
    if (hosts == nullptr) {
        throw std::invalid_argument("ZOOKEEPER_HOSTS is not set; make bench starts one");
    }
    std::vector<Subject> subjects{
        {"ours", load_ours}, {"kazoo", load_kazoo}, {"curator", load_curator}};
    const auto unwanted = [&](const Subject& subject) {
        return !options.peers.empty() && subject.name != "ours" &&
               (',' + options.peers + ',').find(',' + subject.name + ',') == std::string::npos;
    };
    std::erase_if(subjects, unwanted);
    measure(subjects, hosts, options);
    Results results;
    for (const auto& subject : subjects) {
        report(subject, results);
    }
    for (auto other = subjects.begin() + 1; other != subjects.end(); ++other) {
        for (const char* measure : {"load", "resync", "resync-requests", "resync-received"}) {
            results.compare(
                case_name,
                {case_name, "ours", measure},
                {case_name, other->name, measure},
                other->name
            );
        }
    }
    results.print_new(std::cout);
}

constexpr auto command = "ZOOKEEPER_HOSTS=host:port bench_tree_cache";

}  // namespace

int main(int argc, char** argv) {
    try {
        const auto options = parse_options(argc, argv);
        if (options.help) {
            std::cout << usage(command);
            return EXIT_SUCCESS;
        }
        run(options);
        return EXIT_SUCCESS;
    } catch (const std::invalid_argument& mistake) {
        std::cerr << "bench_tree_cache: " << mistake.what() << '\n' << usage(command);
    } catch (const std::exception& failed) {
        std::cerr << "bench_tree_cache: " << failed.what() << '\n';
    }
    return EXIT_FAILURE;
}
