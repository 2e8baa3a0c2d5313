// SPDX-License-Identifier: Apache-2.0
#include "run.hpp"

#include "figures.hpp"
#include "support/wait_until.hpp"

#include <kazoo/client.hpp>

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <thread>

namespace kazoo::chaos {
namespace {

using namespace std::chrono_literals;

constexpr int observer_number = 9;
constexpr int first_client_number = 11;
constexpr auto server_patience = 90s;
constexpr auto cache_patience = 60s;
/// More than a contender needs to give up.
constexpr auto contender_patience = 240s;
/// For processes to start and to acquire a recipe.
constexpr auto contention_patience = 20s;
constexpr std::size_t most_contenders = 4;
constexpr std::size_t caches = 2;

struct Kind {
    const char* handler;
    std::chrono::milliseconds session_timeout;
};
/// Some session timeouts are shorter than most faults, others longer.
constexpr Kind wanted[] = {
    {"Threading", 4000ms},
    {"AsioThreads", 2000ms},
    {"Fiber", 3000ms},
    {"Uv", 6000ms},
    {"Threading", 10'000ms},
    {"Asio", 5000ms}};

std::vector<Kind> client_kinds() {
    std::vector<Kind> kinds;
    for (const auto& kind : wanted) {
        const auto& all = testing_support::handler_kinds();
        const bool is_built = std::any_of(all.begin(), all.end(), [&](const auto& each) {
            return std::string_view(each.name) == kind.handler;
        });
        if (is_built) kinds.push_back(kind);
    }
    return kinds;
}

std::vector<std::unique_ptr<Machine>> make_machines(int first, std::size_t count) {
    std::vector<std::unique_ptr<Machine>> machines;
    for (std::size_t i = 0; i < count; ++i) {
        machines.push_back(std::make_unique<Machine>(first + static_cast<int>(i)));
    }
    return machines;
}

std::vector<const Machine*> pointers(const std::vector<std::unique_ptr<Machine>>& machines) {
    std::vector<const Machine*> all;
    for (const auto& machine : machines) all.push_back(machine.get());
    return all;
}

/// Changes only if the wall clock is set.
std::chrono::steady_clock::duration wall_clock_ahead() {
    return std::chrono::system_clock::now().time_since_epoch() -
           std::chrono::steady_clock::now().time_since_epoch();
}

}  // namespace

Run::Run(const Options& options)
    : options_(options),
      wall_clock_ahead_(wall_clock_ahead()),
      servers_(make_machines(1, Ensemble::size)),
      observer_(observer_number),
      clients_(make_machines(first_client_number, client_kinds().size())),
      switch_(machines(), options.seed),
      ensemble_(pointers(servers_), observer_),
      disturber_(ensemble_, contenders_, switch_, stations(), [this](const auto& what) {
          tell(what);
      }) {}

std::vector<const Machine*> Run::machines() const {
    auto all = pointers(servers_);
    all.push_back(&observer_);
    const auto clients = pointers(clients_);
    all.insert(all.end(), clients.begin(), clients.end());
    return all;
}

std::vector<Station> Run::stations() const {
    std::vector<Station> all;
    for (std::size_t i = 0; i < servers_.size(); ++i) all.push_back({Station::Kind::server, i});
    all.push_back({Station::Kind::observer, 0});
    for (std::size_t i = 0; i < clients_.size(); ++i) all.push_back({Station::Kind::client, i});
    return all;
}

std::vector<ClientLog*> Run::client_logs() const {
    std::vector<ClientLog*> all;
    for (const auto& program : programs_) all.push_back(&program->client_log());
    return all;
}

void Run::tell(const std::string& what) const {
    const auto time = std::chrono::steady_clock::now() - start_;
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
    std::printf("%7.2f s  %s\n", static_cast<double>(ms) / 1000, what.c_str());
    std::fflush(stdout);
}

void Run::make_programs() {
    sim::Chance chance(options_.seed);
    const auto kinds = client_kinds();
    for (std::size_t i = 0; i < kinds.size(); ++i) {
        Program::Options program;
        program.number = static_cast<int>(i);
        program.hosts = ensemble_.hosts();
        program.handler = kinds[i].handler;
        program.session_timeout = kinds[i].session_timeout;
        program.seed = chance.next();
        programs_.push_back(std::make_unique<Program>(program, clients_[i].get(), counters_));
    }
}

/// They share the machines of the first programs.
void Run::make_contenders() {
    sim::Chance chance(options_.seed + 1);
    const auto kinds = client_kinds();
    for (std::size_t i = 0; i < std::min(kinds.size(), most_contenders); ++i) {
        ContenderProcess::Options contender;
        contender.number = static_cast<int>(i);
        contender.hosts = ensemble_.hosts();
        contender.handler = kinds[i].handler;
        contender.session_timeout = kinds[i].session_timeout;
        contender.seed = chance.next();
        contender.careless = options_.careless;
        contenders_.push_back(std::make_unique<ContenderProcess>(contender, *clients_[i]));
        contenders_.back()->start();
    }
    run_record_.recipes = ContendedRecipes().all();
}

/// If it takes too long the faults begin nevertheless: what does not work is found in the end.
void Run::await_contenders() {
    const auto have_written = [this] {
        return std::all_of(contenders_.begin(), contenders_.end(), [](const auto& contender) {
            return contender->has_written();
        });
    };
    testing_support::wait_until(have_written, contention_patience);
}

/// They share the machines of the last programs.
void Run::make_caches() {
    const auto kinds = client_kinds();
    for (std::size_t i = 0; i < std::min(kinds.size(), caches); ++i) {
        const auto machine = kinds.size() - 1 - i;
        CacheUser::Options cache;
        cache.number = static_cast<int>(i);
        cache.hosts = ensemble_.hosts();
        cache.handler = kinds[i].handler;
        cache.session_timeout = kinds[i].session_timeout;
        caches_.push_back(std::make_unique<CacheUser>(cache, *clients_[machine]));
    }
}

Run::Result Run::run() {
    for (const auto& member : ensemble_.members()) {
        if (options_.keep) std::printf("kept: %s\n", member->keep().c_str());
    }
    ensemble_.start();
    if (!ensemble_.wait_serving(server_patience)) {
        std::printf("the ensemble does not start serving\n%s", ensemble_[0].log().c_str());
        return Result::bad;
    }
    plant(ensemble_.hosts(), observer_);
    tell("the ensemble serves");
    make_caches();
    make_programs();
    make_contenders();
    await_contenders();
    tell("the faults begin");
    disturber_.run(make_plan(options_.seed, options_.length, servers_.size(), clients_.size()));
    tell("all faults have ended");
    const bool at_rest = come_to_rest();
    end_all();
    if (!at_rest) return Result::bad;
    read_committed_log();
    return report();
}

void Run::read_committed_log() {
    std::vector<ServerFiles> files;
    for (const auto& member : ensemble_.members()) {
        member->kill9();
        files.push_back(read_server(member->data(), member->log()));
    }
    run_record_.committed_log = merge(files);
}

bool Run::come_to_rest() {
    for (const auto& program : programs_) program->order(Program::Phase::rest);
    for (const auto& contender : contenders_) contender->order_end();
    const bool serving = ensemble_.wait_serving(server_patience);
    for (const auto& program : programs_) program->await(Program::Phase::rest);
    for (const auto& contender : contenders_) contender->await_end(contender_patience);
    tell("the contenders have ended");
    const auto served = serving ? ensemble_.wait_in_sync(server_patience) : std::nullopt;
    if (!served) {
        tell("the servers do not reach the same transaction");
        return false;
    }
    for (const auto& program : programs_) {
        run_record_.sessions_at_rest[program->session_at_rest()] = program->options().number;
    }
    if (!wait_for_expiries()) {
        tell("the servers do not expire abandoned sessions");
        return false;
    }
    tell("all abandoned sessions have expired");
    await_caches();
    for (const auto& program : programs_) program->order(Program::Phase::listen);
    for (const auto& program : programs_) program->await(Program::Phase::listen);
    run_record_.stamp_at_rest = counters_.stamps;
    // The sessions of read_tree() have advanced the zxid.
    run_record_.zxid_at_rest = ensemble_.wait_in_sync(server_patience).value_or(*served);
    tell("all have come to rest");
    return true;
}

bool Run::wait_for_expiries() {
    const auto deadline = std::chrono::steady_clock::now() + server_patience;
    for (;;) {
        auto& trees = run_record_.served_at_rest;
        trees.clear();
        bool has_orphans = false;
        bool readable = true;  // not if a session expires while its nodes are being read
        for (const auto& machine : servers_) {
            const auto server = machine->address() + ":" + std::to_string(client_port);
            trees.push_back(read_tree(server, observer_));
            has_orphans = has_orphans || !trees.back().belongs_to(run_record_.sessions_at_rest);
            readable = readable && trees.back().fault.empty();
        }
        const bool settled = readable && !has_orphans;
        // check_tree() reports a tree that remains unreadable.
        if (settled || std::chrono::steady_clock::now() > deadline) return !has_orphans;
        std::this_thread::sleep_for(500ms);
    }
}

void Run::await_caches() {
    for (const auto& cache : caches_) {
        cache->come_to_rest(run_record_.served_at_rest.front(), cache_patience);
    }
}

void Run::end_all() {
    for (const auto& program : programs_) program->order(Program::Phase::end);
    for (const auto& cache : caches_) cache->end();
    for (const auto& program : programs_) program->await(Program::Phase::end);
    const bool in_sync = ensemble_.wait_in_sync(server_patience).has_value();
    tell(in_sync ? "all have ended" : "all have ended, but the servers are not in sync");
}

Run::Result Run::report() {
    run_record_.client_logs = client_logs();
    for (const auto& program : programs_) {
        std::copy(program->faults().begin(), program->faults().end(), std::back_inserter(faults_));
    }
    for (const auto& contender : contenders_) {
        run_record_.contender_reports.push_back(contender->report());
    }
    for (const auto& cache : caches_) run_record_.cache_records.push_back(cache->record());
    print_figures(run_record_.client_logs, disturber_.count(), switch_.count());
    print_recipe_figures(run_record_.contender_reports, run_record_.cache_records);
    std::printf("%-44s %10zu\n", "transactions", run_record_.committed_log.transactions.size());
    if (abs(wall_clock_ahead() - wall_clock_ahead_) > 1ms) {
        std::printf("void: the wall clock was set, which invalidates the times of transactions\n");
        return Result::void_;
    }
    if (const auto forgotten = run_record_.committed_log.forgotten.size(); forgotten != 0) {
        std::printf(
            "void: the servers have lost %zu transactions committed by a quorum\n", forgotten
        );
        return Result::void_;
    }
    const auto run_verdict = check_run(std::move(run_record_));
    std::printf("%-44s %10zu\n", "changes of nodes", run_verdict.writes);
    std::printf(
        "%-44s %10zu\n", "sessions that were closed or expired", run_verdict.ended_sessions
    );
    std::printf("%-44s %10zu\n", "holders of recipes", run_verdict.holders);
    std::printf("%-44s %10zu\n", "writes by holders", run_verdict.holder_writes);
    const auto& found = run_verdict.verdict.faults();
    faults_.insert(faults_.end(), found.begin(), found.end());
    for (const auto& fault : faults_)
        std::printf(
            "seed %llu: %s\n", static_cast<unsigned long long>(options_.seed), fault.c_str()
        );
    std::printf("%-44s %10zu\n", "faults", faults_.size());
    return faults_.empty() ? Result::good : Result::bad;
}

}  // namespace kazoo::chaos
