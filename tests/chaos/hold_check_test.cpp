// SPDX-License-Identifier: Apache-2.0
// Tests of the check of the servers' logs on faulty histories, such as those of contenders that
// write without the guard and do not stop when they have lost a lock.
#include "hold_check.hpp"

#include "history/checks/sample_history.hpp"

#include <gmock/gmock.h>

namespace kazoo::chaos {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using Sharing = RecipeNodes::Sharing;

class HoldCheckTest : public testing::Test {
protected:
    HoldCheckTest() {
        create("/chaos/lock");
        create("/chaos/held/lock");
    }
    std::int64_t create(const std::string& path, int client = 0) {
        const auto owner = 100 + client;  // the session of this client in a sample history
        return sample.wrote(Write::Kind::create, path, "", client, owner).zxid;
    }
    /// Returns a contender that has its place.
    Holding enter(const std::string& node, int client = 0) {
        Holding holding;
        holding.node = node;
        holding.token = create(node, client);
        return holding;
    }
    void write(Holding holding, int client = 0, const std::string& value = "/chaos/held/lock") {
        holding.number = ++writes;
        sample.wrote(Write::Kind::set, value, to_data(holding), client);
    }
    void leave(const Holding& holding) { sample.wrote(Write::Kind::remove, holding.node, ""); }
    std::string fault(const RecipeNodes& nodes = nodes_of("lock", Sharing::one)) {
        HoldCheck check(sample.chronicle, sample.verdict);
        check.check(nodes);
        holders = check.holders();
        return sample.fault();
    }

    SampleHistory sample;
    std::uint64_t writes = 0;
    std::size_t holders = 0;
};

TEST_F(HoldCheckTest, HoldersOneAfterTheOther) {
    const auto first = enter("/chaos/lock/a__lock__0", 1);
    write(first, 1);
    const auto second = enter("/chaos/lock/b__lock__1", 2);
    write(first, 1);
    leave(first);
    write(second, 2);
    leave(second);
    EXPECT_THAT(fault(), IsEmpty());
    EXPECT_EQ(holders, 2u);
}

TEST_F(HoldCheckTest, AHolderThatWritesAfterTheNextOne) {
    const auto first = enter("/chaos/lock/a__lock__0", 1);
    write(first, 1);
    const auto second = enter("/chaos/lock/b__lock__1", 2);
    leave(first);
    write(second, 2);
    write(first, 1);
    leave(second);
    EXPECT_THAT(fault(), HasSubstr("a__lock__0 with token 3 has written while its node did not"));
    EXPECT_THAT(sample.verdict.faults(), testing::Contains(HasSubstr("after the holder with")));
}

TEST_F(HoldCheckTest, AHolderThatWritesWhileItsNodeIsAnotherOne) {
    const auto first = enter("/chaos/lock/a__lock__0", 1);
    leave(first);
    const auto again = enter("/chaos/lock/a__lock__0", 1);
    write(first, 1);
    leave(again);
    EXPECT_THAT(fault(), HasSubstr("has written while its node did not exist"));
}

TEST_F(HoldCheckTest, TwoHoldersAtATime) {
    const auto first = enter("/chaos/lock/a__lock__0", 1);
    const auto second = enter("/chaos/lock/b__lock__1", 2);
    write(first, 1);
    write(second, 2);
    leave(first);
    leave(second);
    EXPECT_THAT(fault(), HasSubstr("has written although /chaos/lock/a__lock__0 precedes"));
    EXPECT_THAT(sample.verdict.faults(), testing::Contains(HasSubstr("2 holders at zxid 6")));
}

TEST_F(HoldCheckTest, AWriteInAnotherSession) {
    const auto holder = enter("/chaos/lock/a__lock__0", 1);
    write(holder, 2);
    leave(holder);
    EXPECT_THAT(fault(), HasSubstr("has written in another session"));
}

TEST_F(HoldCheckTest, ATokenOfTwoHolders) {
    const auto first = enter("/chaos/lock/a__lock__0", 1);
    write(first, 1);
    leave(first);
    auto second = enter("/chaos/lock/b__lock__1", 2);
    leave(second);
    second.token = first.token;
    write(second, 2);
    EXPECT_THAT(fault(), HasSubstr("has the token of /chaos/lock/a__lock__0"));
}

TEST_F(HoldCheckTest, DataThatAreNotThoseOfAHolder) {
    for (const auto* data : {"x", "7 /chaos/lock/a", "7 /chaos/other/a 1", "0 /chaos/lock/a 1"}) {
        SCOPED_TRACE(data);
        sample = SampleHistory();
        sample.wrote(Write::Kind::set, "/chaos/held/lock", data);
        EXPECT_THAT(fault(), HasSubstr("written without a token: " + std::string(data)));
    }
}

TEST_F(HoldCheckTest, ANodeThatIsLeftBehind) {
    write(enter("/chaos/lock/a__lock__0", 1), 1);
    EXPECT_THAT(fault(), HasSubstr("/chaos/lock/a__lock__0 is left behind, with 0 others"));
}

TEST_F(HoldCheckTest, ARecipeWithoutAHolder) {
    leave(enter("/chaos/lock/a__lock__0", 1));
    EXPECT_THAT(fault(), HasSubstr("/chaos/lock: no holder has written"));
}

class ReadersTest : public HoldCheckTest {
protected:
    const RecipeNodes nodes = nodes_of("shared", Sharing::readers);
    void read(const Holding& holding, int client) {
        write(holding, client, nodes.value_of_readers());
    }
};

TEST_F(ReadersTest, ReadersTogetherAndThenAWriter) {
    const auto first = enter("/chaos/shared/a__rlock__0", 1);
    const auto second = enter("/chaos/shared/b__rlock__1", 2);
    const auto writer = enter("/chaos/shared/c__lock__2", 3);
    read(second, 2);
    read(first, 1);
    leave(second);
    leave(first);
    write(writer, 3, nodes.value);
    leave(writer);
    EXPECT_THAT(fault(nodes), IsEmpty());
    EXPECT_EQ(holders, 3u);
}

TEST_F(ReadersTest, AReaderWhileAWriterHolds) {
    const auto writer = enter("/chaos/shared/c__lock__0", 3);
    const auto reader = enter("/chaos/shared/a__rlock__1", 1);
    write(writer, 3, nodes.value);
    read(reader, 1);
    leave(writer);
    leave(reader);
    EXPECT_THAT(fault(nodes), HasSubstr("although /chaos/shared/c__lock__0 precedes"));
    EXPECT_THAT(sample.verdict.faults(), testing::Contains(HasSubstr("2 holders")));
}

class LeasesTest : public HoldCheckTest {
protected:
    const RecipeNodes nodes = nodes_of("semaphore", Sharing::leases, 2);
};

TEST_F(LeasesTest, AsManyAsThereAre) {
    const auto first = enter("/chaos/semaphore/a", 1);
    const auto second = enter("/chaos/semaphore/b", 2);
    write(second, 2, nodes.value);
    write(first, 1, nodes.value);
    leave(first);
    const auto third = enter("/chaos/semaphore/c", 3);
    write(third, 3, nodes.value);
    leave(second);
    leave(third);
    EXPECT_THAT(fault(nodes), IsEmpty());
    EXPECT_EQ(holders, 3u);
}

TEST_F(LeasesTest, OneTooMany) {
    std::vector<Holding> all;
    for (int client = 1; client <= 3; ++client) {
        all.push_back(enter("/chaos/semaphore/" + std::to_string(client), client));
        write(all.back(), client, nodes.value);
    }
    for (const auto& each : all) leave(each);
    EXPECT_THAT(fault(nodes), HasSubstr("/chaos/semaphore: 3 holders at zxid 8"));
    EXPECT_THAT(sample.verdict.faults(), testing::Contains(HasSubstr("3 leases at zxid 7")));
}

TEST_F(LeasesTest, AContenderThatIsLeftBehind) {
    const auto lease = enter("/chaos/semaphore/a", 1);
    write(lease, 1, nodes.value);
    leave(lease);
    create("/chaos/semaphore-__lock__/x__lock__0", 1);
    EXPECT_THAT(fault(nodes), HasSubstr("/chaos/semaphore-__lock__/x__lock__0 is left behind"));
}

}  // namespace
}  // namespace kazoo::chaos
