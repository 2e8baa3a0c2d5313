// SPDX-License-Identifier: Apache-2.0
#include <kazoo/paths.hpp>

#include <gtest/gtest.h>

namespace {

using kazoo::Chroot;

TEST(NoChroot, LeavesPathsAlone) {
    for (const Chroot& none : {Chroot(), Chroot(""), Chroot("/"), Chroot("//")}) {
        EXPECT_TRUE(none.empty());
        EXPECT_EQ(none.prefix(), "");
        EXPECT_EQ(none.absolute("/"), "/");
        EXPECT_EQ(none.absolute("/a"), "/a");
        EXPECT_EQ(none.strip("/"), "/");
        EXPECT_EQ(none.strip("/a"), "/a");
    }
}

TEST(ChrootPrefix, IsAcceptedInAnySpelling) {
    EXPECT_EQ(Chroot("/app").prefix(), "/app");
    EXPECT_EQ(Chroot("app/x//").prefix(), "/app/x");
    EXPECT_FALSE(Chroot("/app").empty());
}

TEST(ChrootPrefix, IsPrependedToPaths) {
    const Chroot chroot("/app");
    EXPECT_EQ(chroot.absolute("/a/b"), "/app/a/b");
    EXPECT_EQ(chroot.absolute("/"), "/app");
}

TEST(ChrootPrefix, SequenceNodesOfTheRootAreItsChildren) {
    const Chroot chroot("/app");
    EXPECT_EQ(chroot.absolute("/", true), "/app/");
    EXPECT_EQ(chroot.absolute("/n-", true), "/app/n-");
    EXPECT_EQ(Chroot().absolute("/", true), "/");
}

TEST(ChrootPrefix, IsStripped) {
    const Chroot chroot("/app");
    EXPECT_EQ(chroot.strip("/app/a/b"), "/a/b");
    EXPECT_EQ(chroot.strip("/app"), "/");
}

TEST(ChrootPrefix, IsStrippedAsWholeComponentsOnly) {
    const Chroot chroot("/app");
    EXPECT_EQ(chroot.strip("/apples"), "/apples");
    EXPECT_EQ(chroot.strip("/apples/app"), "/apples/app");
    EXPECT_EQ(chroot.strip("/ap"), "/ap");
    EXPECT_EQ(chroot.strip("/"), "/");
    EXPECT_EQ(chroot.strip(""), "");
}

TEST(ChrootPrefix, LeavesTheServersOwnNodesAlone) {
    EXPECT_EQ(Chroot("/app").strip("/zookeeper/config"), "/zookeeper/config");
    EXPECT_EQ(Chroot("/of-length").strip("/zookeeper/config"), "/zookeeper/config");
    EXPECT_EQ(Chroot("/zookeeper").strip("/zookeeper/config"), "/config");
}

}  // namespace
