// SPDX-License-Identifier: Apache-2.0
#include "recipe_fixture.hpp"

#include <kazoo/recipes/lock.hpp>
#include <kazoo/recipes/multi_lock.hpp>

namespace kazoo::recipe_tests {
namespace {

using Paths = std::vector<std::string>;

class MultiLockTest : public RecipeTest {
protected:
    [[nodiscard]] bool becomes_free(const char* path) {
        return wait_until(
            [&] {
                const auto stat = other().exists(path);
                return !stat || stat->num_children == 0;
            },
            patience
        );
    }
};

TEST_P(MultiLockTest, HoldsAllLocksTogether) {
    MultiLock both(zk(), {"/a", "/b"});
    Lock a(other(), "/a");
    Lock b(other(), "/b");
    auto held = both.acquire_async().get(patience);
    EXPECT_TRUE(held.is_held());
    ASSERT_EQ(held.locks().size(), 2);
    EXPECT_EQ(held.locks()[1].path().substr(0, 3), "/b/");
    EXPECT_FALSE(a.try_acquire());
    EXPECT_FALSE(b.try_acquire());
    EXPECT_TRUE(held.release_async().get(patience));
    EXPECT_FALSE(held.is_held());
    EXPECT_TRUE(a.try_acquire());
    EXPECT_TRUE(b.try_acquire());
}

TEST_P(MultiLockTest, ReleasesTheOthersIfOneIsNotFree) {
    MultiLock both(zk(), {"/a", "/b"});
    Lock b(other(), "/b");
    auto taken = b.acquire();
    EXPECT_FALSE(both.try_acquire_async().get(patience));
    EXPECT_TRUE(becomes_free("/a"));
    EXPECT_THROW(both.acquire_async(CallOptions().timeout(20ms)).get(patience), LockTimeoutError);
    EXPECT_TRUE(becomes_free("/a"));
    const auto waiting = both.acquire_async();
    ASSERT_TRUE(wait_until([&] { return b.contenders().size() == 2; }, patience));
    both.cancel();
    EXPECT_THROW(waiting.get(patience), CancelledError);
    EXPECT_TRUE(becomes_free("/a"));
    taken.release();
    EXPECT_TRUE(becomes_free("/b"));
}

TEST_P(MultiLockTest, IsLostWithOneOfTheLocks) {
    MultiLock both(zk(), {"/a", "/b"});
    auto held = both.acquire_async().get(patience);
    const auto lost = held.lost();
    EXPECT_FALSE(lost.stop_requested());
    other().delete_(held.locks()[0].path());
    EXPECT_TRUE(wait_until([&] { return lost.stop_requested(); }, patience));
    EXPECT_FALSE(held.is_held());
    EXPECT_TRUE(held.locks()[1].is_held());
    EXPECT_FALSE(held.release_async().get(patience));
    EXPECT_TRUE(becomes_free("/b"));
}

TEST_P(MultiLockTest, PathsThatMakeNoSenseAreRefused) {
    EXPECT_THROW(MultiLock(zk(), Paths()), BadArgumentsError);
    EXPECT_THROW(MultiLock(zk(), Paths({"/a", "a/"})), BadArgumentsError);
    EXPECT_THROW(MultiLock(zk(), Paths({"/"})), BadArgumentsError);
    EXPECT_FALSE(MultiLockHandle().is_held());
    EXPECT_FALSE(MultiLockHandle().release_async().get(patience));
}

KAZOO_ON_EACH_HANDLER(MultiLockTest);

}  // namespace
}  // namespace kazoo::recipe_tests
