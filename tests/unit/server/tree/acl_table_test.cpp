// SPDX-License-Identifier: Apache-2.0
#include "server/tree/acl_table.hpp"

#include "support/allocations/allocations.hpp"

#include <gtest/gtest.h>

#include <new>
#include <string>

namespace kazoo::server {
namespace {

AclList numbered(int number) {
    return {Acl(Permissions::all, Id("digest", "user:" + std::to_string(number)))};
}

TEST(AclTableTest, EqualListsShareAnEntry) {
    AclTable table;
    const auto open = table.acquire(open_acl_unsafe());
    EXPECT_EQ(table.acquire(open_acl_unsafe()), open);
    const auto read = table.acquire(read_acl_unsafe());
    EXPECT_NE(read, open);
    EXPECT_EQ(table.size(), 2U);
    EXPECT_EQ(*table.list(open), open_acl_unsafe());
    EXPECT_EQ(*table.list(read), read_acl_unsafe());
}

TEST(AclTableTest, AnUnusedListIsRemoved) {
    AclTable table;
    const auto number = table.acquire(open_acl_unsafe());
    table.acquire(number);
    table.release(number);
    EXPECT_EQ(table.size(), 1U);
    const auto kept = table.list(number);
    table.release(number);
    EXPECT_EQ(table.size(), 0U);
    EXPECT_EQ(*kept, open_acl_unsafe());
}

TEST(AclTableTest, NumbersAreReused) {
    AclTable table;
    const auto kept = table.acquire(numbered(0));
    for (int i = 1; i < 1000; ++i) {
        const auto number = table.acquire(numbered(i));
        EXPECT_LT(number, 2U);
        EXPECT_EQ(*table.list(number), numbered(i));
        table.release(number);
    }
    EXPECT_EQ(*table.list(kept), numbered(0));
    EXPECT_EQ(table.size(), 1U);
}

TEST(AclTableTest, ReferencesToListsStayValid) {
    AclTable table;
    const auto number = table.acquire(numbered(0));
    const std::shared_ptr<const AclList>& list = table.list(number);
    for (int i = 1; i < 1000; ++i) {
        table.acquire(numbered(i));
    }
    EXPECT_EQ(&list, &table.list(number));
    EXPECT_EQ(*list, numbered(0));
}

TEST(AclTableTest, AnAllocationThatFailsChangesNothing) {
    const AclList added = numbered(1'000);
    bool failed = true;
    for (long nth = 1; failed; ++nth) {
        failed = false;
        for (int kept = 0; kept <= 64; ++kept) {  // the entries are allocated in blocks
            AclTable table;
            for (int i = 0; i < kept; ++i) {
                table.acquire(numbered(i));
            }
            {
                const testing_support::Shortage shortage(nth);
                try {
                    table.release(table.acquire(added));
                } catch (const std::bad_alloc&) {
                }
                failed |= shortage.met();
            }
            ASSERT_EQ(table.size(), static_cast<std::size_t>(kept)) << nth;
            const auto number = table.acquire(added);
            ASSERT_EQ(number, static_cast<AclTable::Number>(kept)) << nth;
            ASSERT_EQ(*table.list(number), added) << nth;
        }
    }
}

TEST(AclTableTest, TheEmptyListIsStoredToo) {
    AclTable table;
    EXPECT_TRUE(table.list(table.acquire(AclList()))->empty());
}

}  // namespace
}  // namespace kazoo::server
