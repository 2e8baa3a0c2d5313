// SPDX-License-Identifier: Apache-2.0
// The names of a queue's entries, and the order in which they are served.
#include "recipe/queue/entries.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace kazoo::detail::recipe {
namespace {

using Names = std::vector<std::string>;

TEST(QueueEntries, HaveAPriorityOfThreeDigitsInTheirName) {
    EXPECT_EQ(entry_prefix(0), "entry-000-");
    EXPECT_EQ(entry_prefix(7), "entry-007-");
    EXPECT_EQ(entry_prefix(100), "entry-100-");
    EXPECT_EQ(entry_prefix(999), "entry-999-");
}

TEST(QueueEntries, AreRecognisedByTheirName) {
    EXPECT_EQ(parse_entry("entry-100-0000000007"), EntryName(100, 7));
    EXPECT_EQ(parse_entry("entry-000-2147483647"), EntryName(0, 2147483647));
    EXPECT_EQ(parse_entry("entry-000--2147483648"), EntryName(0, -2147483647 - 1));
    EXPECT_EQ(parse_entry("entry-999--000000001"), EntryName(999, -1)) << "\"-\" and nine digits";
}

TEST(QueueEntries, AreNotOtherChildren) {
    for (const auto* const name :
         {"",
          "lock",
          "entry-",
          "entry-100",
          "entry-100-",
          "entry-100-7",
          "entry-10-00000000007",
          "entry-1000-0000000007",
          "entry-1x0-0000000007",
          "entry--10-0000000007",
          "entry-100-000000000x",
          "entry-100-2147483648",
          "entry-100--00000001",
          "entry-100--2147483649",
          "entry-100-0000000007 ",
          "xentry-100-0000000007"}) {
        EXPECT_EQ(parse_entry(name), std::nullopt) << name;
    }
}

TEST(QueueEntries, AreServedByPriorityThenByNumber) {
    EXPECT_EQ(
        ordered_entries({
            "entry-100-0000000003",
            "queue",
            "entry-100-0000000001",
            "entry-099-0000000004",
            "entry-200-0000000000",
        }),
        Names({
            "entry-099-0000000004",
            "entry-100-0000000001",
            "entry-100-0000000003",
            "entry-200-0000000000",
        })
    );
    EXPECT_EQ(ordered_entries({}), Names());
    EXPECT_EQ(ordered_entries({"other"}), Names());
}

TEST(QueueEntries, KeepTheirOrderWhereTheNumbersBeginAgain) {
    const Names served = {
        "entry-100-2147483646",
        "entry-100-2147483647",
        "entry-100--2147483648",
        "entry-100--2147483647",
    };
    EXPECT_EQ(ordered_entries({served[2], served[0], served[3], served[1]}), served);
    // From the negative numbers to zero, as well.
    EXPECT_EQ(
        ordered_entries({"entry-100-0000000000", "entry-100--000000001"}),
        Names({"entry-100--000000001", "entry-100-0000000000"})
    );
    // One circle for all priorities.
    EXPECT_EQ(
        ordered_entries({"entry-200--2147483648", "entry-100--2147483647", "entry-200-2147483647"}),
        Names({"entry-100--2147483647", "entry-200-2147483647", "entry-200--2147483648"})
    );
}

TEST(QueueEntries, HaveSomeOrderWhateverTheirNumbers) {
    const Names names = {
        "entry-100-0000000000",
        "entry-100-1431655765",
        "entry-100--1431655766",
        "entry-100-0000000000",
    };
    EXPECT_EQ(ordered_entries(names).size(), names.size());
}

}  // namespace
}  // namespace kazoo::detail::recipe
