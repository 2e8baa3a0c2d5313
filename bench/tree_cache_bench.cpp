// SPDX-License-Identifier: Apache-2.0
// The benchmark of TreeCache in `make bench`: loads the same tree into this library's and into
// kazoo's cache, on the same server. Without kazoo only the former is measured.
#include "options.hpp"
#include "results.hpp"

#include <kazoo/client.hpp>
#include <kazoo/recipes/tree_cache.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iomanip>
#include <iostream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace bench;
using Seconds = std::chrono::duration<double>;

constexpr auto patience = std::chrono::minutes(10);
constexpr std::size_t siblings = 100;  // nodes below one parent, and in one transaction
constexpr std::size_t data_size = 100;
constexpr int skipped = 77;

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

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] std::size_t size() const { return size_; }

private:
    kazoo::KazooClient client_;
    std::string path_;
    std::size_t size_ = 1;
};

/// Returns the seconds that a load takes.
double load(const std::string& hosts, const Tree& tree) {
    kazoo::KazooClient client(kazoo::ClientOptions().hosts(hosts));
    client.start(std::chrono::seconds(10));
    kazoo::TreeCache cache(client, tree.path());
    const auto begin = std::chrono::steady_clock::now();
    cache.start();
    cache.initialized().get(patience);
    const Seconds took = std::chrono::steady_clock::now() - begin;
    if (cache.size() != tree.size()) {
        throw std::runtime_error("the cache is not complete");
    }
    return took.count();
}

/// Returns the seconds that kazoo takes; nothing if it is not installed.
std::optional<double> load_with_kazoo(const std::string& hosts, const Tree& tree) {
    for (const std::string python : {"python3", "/usr/bin/python3"}) {
        const auto command = python + " -B " KAZOO_BENCH_DIRECTORY "/tree_cache_kazoo.py '" +
                             hosts + "' '" + tree.path() + "' " + std::to_string(tree.size());
        auto* const output = popen(command.c_str(), "r");
        if (output == nullptr) {
            throw std::runtime_error("cannot run " + python);
        }
        double seconds = 0;
        const bool printed = std::fscanf(output, "%lf", &seconds) == 1;
        const int status = pclose(output);
        if (WIFEXITED(status) && WEXITSTATUS(status) == 0 && printed) {
            return seconds;
        }
        if (!WIFEXITED(status) || (WEXITSTATUS(status) != skipped && WEXITSTATUS(status) != 127)) {
            throw std::runtime_error("the measurement of kazoo has failed");
        }
    }
    return std::nullopt;
}

void run(const Options& options) {
    const char* hosts = std::getenv("ZOOKEEPER_HOSTS");
    if (hosts == nullptr) {
        throw std::invalid_argument("ZOOKEEPER_HOSTS is not set; make bench starts one");
    }
    const Tree tree(hosts, std::max(options.nodes / 100, std::size_t{1}));
    std::vector<double> ours;
    std::vector<double> theirs;
    for (std::size_t round = 0; round < options.rounds; ++round) {
        ours.push_back(load(hosts, tree));
        if (const auto seconds = load_with_kazoo(hosts, tree)) {
            theirs.push_back(*seconds);
        }
    }
    std::cout << std::fixed << std::setprecision(3) << "tree-cache: " << tree.size() << " nodes in "
              << median(ours) << " s";
    if (theirs.empty()) {
        std::cout << "; kazoo is not installed" << std::endl;
        return;
    }
    std::cout << ", kazoo " << median(theirs) << " s\nRATIO tree-cache load ours/kazoo "
              << median(ours) / median(theirs) << std::endl;
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
