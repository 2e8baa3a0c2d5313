// SPDX-License-Identifier: Apache-2.0
#include "server/rules/profile.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

namespace kazoo::server {
namespace {

using codec::Opcode;

Profile apache(int minor, int patch) {
    Profile profile;
    profile.minor = minor;
    profile.patch = patch;
    return profile;
}

Profile keeper() {
    Profile profile;
    profile.keeper = true;
    return profile;
}

TEST(Profile, OpcodesDependOnTheRelease) {
    const struct {
        Opcode op;
        Profile first;
        Profile last_without;
    } cases[] = {
        {Opcode::create2, apache(5, 0), apache(4, 14)},
        {Opcode::reconfig, apache(5, 0), apache(4, 14)},
        {Opcode::remove_watches, apache(5, 0), apache(4, 14)},
        {Opcode::create_container, apache(5, 1), apache(5, 0)},
        {Opcode::create_ttl, apache(5, 3), apache(5, 2)},
        {Opcode::multi_read, apache(6, 0), apache(5, 10)},
        {Opcode::add_watch, apache(6, 0), apache(5, 10)},
        {Opcode::set_watches2, apache(6, 0), apache(5, 10)},
        {Opcode::who_am_i, apache(7, 0), apache(6, 4)},
    };
    for (const auto& one : cases) {
        EXPECT_TRUE(one.first.supports(one.op)) << codec::name(one.op);
        EXPECT_FALSE(one.last_without.supports(one.op)) << codec::name(one.op);
    }
}

TEST(Profile, SomeOpcodesAreNotForClients) {
    for (const Opcode op :
         {Opcode::create_session,
          Opcode::delete_container,
          Opcode::check,
          Opcode::error,
          Opcode::notification,
          static_cast<Opcode>(10),
          static_cast<Opcode>(500)}) {
        EXPECT_FALSE(apache(9, 5).supports(op)) << static_cast<int>(op);
        EXPECT_FALSE(keeper().supports(op)) << static_cast<int>(op);
    }
}

TEST(Profile, KeeperSupportsTheCoreOnly) {
    for (const Opcode op : {Opcode::create, Opcode::multi, Opcode::multi_read, Opcode::ping}) {
        EXPECT_TRUE(keeper().supports(op));
    }
    for (const Opcode op :
         {Opcode::create2,
          Opcode::set_watches,
          Opcode::add_watch,
          Opcode::sasl,
          Opcode::who_am_i}) {
        EXPECT_FALSE(keeper().supports(op));
    }
}

struct Answers {
    bool zxid, modes, events, acls, create2;
};

void expect_answers(const Profile& profile, const Answers& expected) {
    EXPECT_EQ(profile.notifies_with_zxid(), expected.zxid) << profile.version();
    EXPECT_EQ(profile.watch_modes_coexist(), expected.modes) << profile.version();
    EXPECT_EQ(profile.checks_read_for_events(), expected.events) << profile.version();
    EXPECT_EQ(profile.protects_acls(), expected.acls) << profile.version();
    EXPECT_EQ(profile.types_create2_in_multi(), expected.create2) << profile.version();
    EXPECT_EQ(profile.bad_flags_fail_multi(), expected.create2) << profile.version();
}

TEST(Profile, BehaviourDependsOnTheRelease) {
    expect_answers(apache(9, 5), {true, true, true, true, true});
    expect_answers(apache(9, 2), {true, true, true, true, true});
    expect_answers(apache(9, 1), {true, true, false, true, true});
    expect_answers(apache(8, 4), {false, false, true, true, true});
    expect_answers(apache(8, 2), {false, false, false, true, true});
    expect_answers(apache(8, 0), {false, false, false, true, false});
    expect_answers(apache(7, 2), {false, false, false, true, true});
    expect_answers(apache(6, 4), {false, false, false, true, false});
    expect_answers(apache(5, 5), {false, false, false, true, false});
    expect_answers(apache(5, 4), {false, false, false, false, false});
    expect_answers(apache(4, 14), {false, false, false, true, false});
    expect_answers(apache(4, 13), {false, false, false, false, false});
    expect_answers(keeper(), {false, false, false, false, false});
}

TEST(Profile, ReportsItsVersion) {
    EXPECT_EQ(apache(8, 4).version().substr(0, 6), "3.8.4-");
    EXPECT_EQ(keeper().version().front(), 'v');
    EXPECT_FALSE(keeper().has_read_only_flag());
    EXPECT_FALSE(keeper().resumes_sessions());
    EXPECT_FALSE(keeper().replies_to_close_session());
}

}  // namespace
}  // namespace kazoo::server
