// SPDX-License-Identifier: Apache-2.0
// Differences of older releases, as found by the differential tests.

#include "unit/server/database/database_world.hpp"

#include <gtest/gtest.h>

#include <array>

namespace kazoo::server {
namespace {

using codec::Opcode;

DatabaseOptions release(int minor, int patch) {
    DatabaseOptions options;
    options.profile.minor = minor;
    options.profile.patch = patch;
    return options;
}

TEST(OlderRelease, CountsUndecodableRequestsBefore3_9) {
    const std::array<std::byte, 3> body{};
    DatabaseWorld older(release(8, 4));
    for (const Opcode op : {Opcode::create, Opcode::create_ttl, Opcode::delete_, Opcode::set_acl}) {
        const auto before = older.database.zxid();
        const WriteResult result = older.write_bytes(op, body);
        EXPECT_EQ(result.err, code(Errc::marshalling_error));
        ASSERT_NE(result.transaction, nullptr);
        EXPECT_EQ(result.transaction->zxid, before + 1);
        EXPECT_TRUE(result.transaction->effects.empty());
    }
    EXPECT_EQ(older.write_bytes(Opcode::reconfig, body).transaction, nullptr);
    DatabaseWorld newer(release(9, 0));
    EXPECT_EQ(newer.write_bytes(Opcode::create, body).transaction, nullptr);
}

TEST(OlderRelease, RefusesIpv6InAclsBefore3_9_4) {
    const AclList acl{make_acl("ip", "::1", Permissions::all)};
    const auto create = [&acl](int minor, int patch) {
        DatabaseWorld world(release(minor, patch));
        return world.create("/a", 0, Opcode::create2, acl).err;
    };
    EXPECT_EQ(create(9, 3), code(Errc::invalid_acl));
    EXPECT_EQ(create(8, 5), code(Errc::invalid_acl));
    EXPECT_EQ(create(9, 4), 0);
}

TEST(OlderRelease, LooksForTheNodeBeforeTheAclBefore3_6) {
    const auto remove = [](int minor, int patch) {
        DatabaseWorld world(release(minor, patch));
        world.create("/locked", 0, Opcode::create2, only(0));
        return world.remove("/locked/m").err;
    };
    EXPECT_EQ(remove(5, 10), code(Errc::no_node));
    EXPECT_EQ(remove(6, 0), code(Errc::no_auth));
}

TEST(OlderRelease, MayFilterEventsAndStillAnswerExists) {
    Profile debian;
    debian.minor = 8;
    debian.patch = 0;
    EXPECT_FALSE(debian.checks_read_for_events());
    debian.filters_events = true;
    EXPECT_TRUE(debian.checks_read_for_events());
    EXPECT_FALSE(debian.checks_read_for_exists());
    EXPECT_TRUE(release(8, 4).profile.checks_read_for_exists());
}

}  // namespace
}  // namespace kazoo::server
