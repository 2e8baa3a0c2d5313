// SPDX-License-Identifier: Apache-2.0
// Ensembles of three Apache ZooKeeper servers whose members end, return and are removed while
// clients use them.
#include "loaded_ensemble.hpp"
#include "support/recorder.hpp"
#include "support/wait_until.hpp"

#include <kazoo/exceptions.hpp>

#include <gmock/gmock.h>

#include <sstream>

namespace kazoo::ensemble_tests {
namespace {

using testing_support::Recorder;
using testing_support::wait_until;

TEST(ApacheEnsemble, LeaderKilledUnderLoad) {
    LoadedEnsemble ensemble(1);
    ensemble.proceed();
    for (int round = 0; round < 2; ++round) {
        const auto leader = ensemble.servers().wait_leader();
        ensemble.servers()[leader].kill9();
        ensemble.proceed();
        ensemble.servers()[leader].start();
        ensemble.servers().wait_leader();
        ensemble.proceed();
    }
    EXPECT_GE(ensemble.tree().gaps(), 2U) << "followers close all connections without a leader";
    ensemble.finish();
}

TEST(ApacheEnsemble, RollingRestartUnderLoad) {
    LoadedEnsemble ensemble(2);
    ensemble.proceed();
    for (std::size_t i = 0; i < ApacheEnsemble::size; ++i) {
        ensemble.servers()[i].stop();
        ensemble.proceed();
        ensemble.servers()[i].start();
        ensemble.servers().wait_leader();
        ensemble.proceed();
    }
    EXPECT_GE(ensemble.tree().gaps(), 1U);
    ensemble.finish();
}

/// The addresses for clients of all servers in a configuration.
std::string hosts_of(const std::string& configuration) {
    std::string hosts;
    std::istringstream lines(configuration);
    for (std::string line; std::getline(lines, line);) {
        const auto at = line.find(';');
        if (at == std::string::npos) continue;
        hosts += (hosts.empty() ? "" : ",") + line.substr(at + 1);
    }
    return hosts;
}

TEST(ApacheEnsemble, ReconfigurationRemovesTheConnectedMember) {
    Recorder<WatchedEvent> changes;
    LoadedEnsemble ensemble(3);
    auto& zk = ensemble.tree().client();
    auto& removed = ensemble.servers()[ensemble.member_of_tree()];
    ASSERT_EQ(zk.connected_server(), removed.hosts());
    const auto before = zk.get_config(Watcher([&](const auto& event) { changes.add(event); }));
    EXPECT_THAT(before.data, ::testing::HasSubstr("server." + removed.id() + "="));
    ensemble.proceed();

    const auto leader = ensemble.servers().wait_leader();
    KazooClient admin(options_for(ensemble.servers()[leader].hosts()));
    admin.start(patience);
    EXPECT_THROW(admin.reconfig("", removed.id(), ""), NoAuthError);
    admin.add_auth("digest", ApacheEnsemble::administrator);
    const auto after = admin.reconfig("", removed.id(), "");
    EXPECT_THAT(after.data, ::testing::Not(::testing::HasSubstr("server." + removed.id() + "=")));
    EXPECT_GT(after.stat.mzxid, before.stat.mzxid);

    ASSERT_TRUE(changes.wait_for(1, patience)) << "the watch of the configuration did not fire";
    EXPECT_EQ(changes.all().front().type, EventType::CHANGED);
    EXPECT_EQ(changes.all().front().path, "/zookeeper/config");
    EXPECT_EQ(zk.get_config().data, after.data);
    ensemble.proceed();  // a member that was removed serves its clients until it ends
    const auto rest = hosts_of(after.data);
    zk.set_hosts(rest);
    const auto has_moved = [&] {
        return rest.find(zk.connected_server().value_or("none")) != std::string::npos;
    };
    EXPECT_TRUE(wait_until(has_moved, patience)) << "does not leave the removed member";
    ensemble.proceed();
    removed.stop();
    ensemble.proceed();
    EXPECT_TRUE(wait_until([&] { return zk.connected(); }, patience));
    EXPECT_TRUE(has_moved());
    EXPECT_GE(ensemble.tree().gaps(), 1U);
    admin.stop();
    ensemble.finish();
}

}  // namespace
}  // namespace kazoo::ensemble_tests
