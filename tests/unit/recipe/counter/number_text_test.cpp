// SPDX-License-Identifier: Apache-2.0
// Numbers as Python writes and reads them. The table was written by Python: hex() and repr().
#include "recipe/counter/number_text.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace kazoo::detail::recipe {
namespace {

struct Float {
    double number;
    const char* repr;
};
constexpr Float floats[] = {
    {0x0.0p+0, "0.0"},
    {-0x0.0p+0, "-0.0"},
    {0x1.0000000000000p+0, "1.0"},
    {-0x1.0000000000000p+0, "-1.0"},
    {0x1.0000000000000p+1, "2.0"},
    {0x1.999999999999ap-4, "0.1"},
    {0x1.0000000000000p-1, "0.5"},
    {0x1.3333333333334p-2, "0.30000000000000004"},
    {0x1.5555555555555p-2, "0.3333333333333333"},
    {0x1.c6bf526340000p+49, "1000000000000000.0"},
    {0x1.1c37937e08000p+53, "1e+16"},
    {0x1.6345785d8a000p+56, "1e+17"},
    {0x1.c12218377de40p+46, "123456789012345.0"},
    {0x1.18b54f22aeb00p+50, "1234567890123456.0"},
    {0x1.5ee2a2eb5a5c4p+53, "1.2345678901234568e+16"},
    {0x1.1c37937e07fffp+53, "9999999999999998.0"},
    {0x1.0000000000000p+53, "9007199254740992.0"},
    {0x1.a36e2eb1c432dp-14, "0.0001"},
    {0x1.4f8b588e368f1p-17, "1e-05"},
    {0x1.02e4b6ce5dc68p-13, "0.00012345"},
    {0x1.9e3abe16fc70dp-17, "1.2345e-05"},
    {0x1.f75104d551d69p-17, "1.5e-05"},
    {0x1.249ad2594c37dp+332, "1e+100"},
    {0x1.0f0cf064dd592p+73, "1e+22"},
    {0x1.52d02c7e14af6p+76, "1e+23"},
    {0x0.0000000000001p-1022, "5e-324"},
    {0x1.0000000000000p-1022, "2.2250738585072014e-308"},
    {0x1.fffffffffffffp+1023, "1.7976931348623157e+308"},
    {-0x1.fffffffffffffp+1023, "-1.7976931348623157e+308"},
    {0x1.921fb54442d18p+1, "3.141592653589793"},
    {0x1.ad7f29abcaf48p-24, "1e-07"},
    {0x1.9000000000000p+6, "100.0"},
    {0x1.f400000000000p+9, "1000.0"},
    {0x1.0000000000000p+16, "65536.0"},
    {0x1.0000000000000p+32, "4294967296.0"},
    {0x1.3333333333333p-2, "0.3"},
    {0x1.4000000000000p+1, "2.5"},
    {-0x1.4000000000000p+1, "-2.5"},
    {0x1.56e1fc2f8f359p-997, "1e-300"},
    {0x1.6b082c2148b8ep-60, "1.23e-18"},
    {0x1.0000000000000p-20, "9.5367431640625e-07"},
    {-0x1.74de452e6b438p+811, "-1.989032661366619e+244"},
    {0x1.3270e269e0d37p+594, "7.761117632285041e+178"},
    {0x1.c7fd0a6a3a450p-826, "3.980498358697587e-249"},
    {-0x1.f0824128b2f33p+292, "-1.5432835417340557e+88"},
    {0x1.8e811892f902bp-638, "1.3647584518757569e-192"},
    {-0x1.1985d5d9dc9f8p-684, "-1.3701135617873088e-206"},
    {-0x1.25d940ed90475p+655, "-1.7160537630466207e+197"},
    {0x1.675cc81e74ef5p-144, "6.294675241195386e-44"},
    {0x1.0a35a099950d8p-671, "1.0613447212142254e-202"},
    {0x1.d549b6f03675ap+689, "4.708325160387546e+207"},
    {0x1.c172411e20b8fp-38, "6.387016158513563e-12"},
    {-0x1.16ece1738f7d9p-814, "-9.973130378568733e-246"},
    {0x1.1ddb66cad4a26p-781, "8.779753225680271e-236"},
    {-0x1.192cfd3ac94afp-755, "-5.795503248498993e-228"},
    {-0x1.c105d1fb17c23p+809, "-5.988180159386011e+243"},
    {-0x1.0b33839263059p-488, "-1.306052388527796e-147"},
    {-0x1.f48f1a09f76b5p-684, "-2.436117699484841e-206"},
    {0x1.630f1f29d0da9p-770, "2.233386999150174e-232"},
    {-0x1.60af593bd04cfp-673, "-3.51527970626667e-203"},
    {0x1.1e29c658cda14p-820, "1.5987381841032883e-247"},
    {0x1.8d190f9ebdaccp-118, "4.6678633181812096e-36"},
    {-0x1.1973e0becd7b0p-791, "-8.441872792105456e-239"},
    {0x1.7beaddbc496cbp-478, "1.9015657400796622e-144"},
    {0x1.cb2424a23d596p+693, "7.370437700706684e+208"},
    {-0x1.a63ec24ede6a4p-857, "-1.7163996725272777e-258"},
    {-0x1.766581e27a1c0p-733, "-3.2367190832119987e-221"},
    {-0x1.d05584ef8aa38p-777, "-2.2818334634712625e-234"},
    {-0x1.7ba94d0eda82fp-278, "-3.0536383926309363e-84"},
    {0x1.1dbe22e44158bp-601, "1.3449551894627777e-181"},
    {-0x1.a736994e3bf91p-732, "-7.317495976062606e-221"},
    {0x1.850c5a38fd547p-254, "5.249822308814304e-77"},
    {0x1.135d25f557203p-624, "1.5450754142984396e-188"},
    {-0x1.ce4228c38fb29p-155, "-3.953625698224792e-47"},
    {-0x1.a70c31012f037p-760, "-2.72491267476498e-229"},
    {-0x1.ae13b66666666p+19, "-880797.7"},
    {-0x1.c03028240b780p+12, "-7171.0098"},
    {-0x1.1ad7b1eb851ecp+17, "-144815.39"},
    {-0x1.0cbc449ba5e35p+16, "-68796.268"},
    {-0x1.0e58d33333333p+18, "-276835.3"},
    {0x1.1f7aded139431p+19, "588758.96304"},
    {0x1.1145600000000p+19, "559659.0"},
    {0x1.22b7b5d2f1aa0p+17, "148847.4205"},
    {-0x1.313a3d70a3d71p+13, "-9767.28"},
    {0x1.c022a51eb851fp+18, "458890.58"},
    {0x1.a99f000000000p+17, "217918.0"},
    {-0x1.74fb8e2d0e560p+19, "-763868.443"},
    {-0x1.472f7947ae148p+19, "-670075.79"},
    {-0x1.53dbddcac0831p+19, "-696030.931"},
    {-0x1.31dda541205bcp+17, "-156603.29105"},
    {-0x1.9c7ae123a29c7p+19, "-844759.0356"},
    {0x1.1d41f0b606b7bp+17, "146051.880555"},
    {-0x1.6bc63e5aee632p+18, "-372504.9743"},
    {-0x1.249ece6666666p+18, "-299643.225"},
    {0x1.3817345a1cac1p+17, "159790.409"},
};

template <class Number>
Number read(std::string_view text) {
    Number number{};
    EXPECT_EQ(read_number(text, number), NumberFault::none) << text;
    return number;
}
template <class Number>
NumberFault fault(std::string_view text) {
    Number number{};
    return read_number(text, number);
}

TEST(NumberTextTest, FloatsAreWrittenAsPythonWritesThem) {
    for (const auto& each : floats) {
        EXPECT_EQ(python_text(each.number), each.repr);
    }
    EXPECT_EQ(python_text(std::numeric_limits<double>::infinity()), "inf");
    EXPECT_EQ(python_text(-std::numeric_limits<double>::infinity()), "-inf");
    EXPECT_EQ(python_text(std::nan("")), "nan");
}

TEST(NumberTextTest, FloatsAreReadAsTheSameNumber) {
    for (const auto& each : floats) {
        const auto number = read<double>(each.repr);
        EXPECT_EQ(number, each.number) << each.repr;
        EXPECT_EQ(std::signbit(number), std::signbit(each.number)) << each.repr;
    }
}

TEST(NumberTextTest, FloatsMayHaveTheFormsOfPython) {
    EXPECT_EQ(read<double>("2"), 2.0) << "an int";
    EXPECT_EQ(read<double>(" +1_000.5\n"), 1000.5);
    EXPECT_EQ(read<double>(".5"), 0.5);
    EXPECT_EQ(read<double>("5."), 5.0);
    EXPECT_EQ(read<double>("1E3"), 1000.0);
    EXPECT_EQ(read<double>("-inf"), -std::numeric_limits<double>::infinity());
    EXPECT_TRUE(std::isnan(read<double>("nan")));
    EXPECT_EQ(read<double>("1e999"), std::numeric_limits<double>::infinity());
    EXPECT_EQ(read<double>("-1e-999"), 0.0);
    for (const char* text : {"", " ", "+", "+-1", "1_", "_1", "1__0", "1,5", "0x10", "1 2", "a"}) {
        EXPECT_EQ(fault<double>(text), NumberFault::syntax) << text;
    }
}

TEST(NumberTextTest, IntsAreWrittenAndReadAsByPython) {
    for (const std::int64_t number :
         {std::int64_t{0},
          std::int64_t{3},
          std::int64_t{-2},
          std::numeric_limits<std::int64_t>::max(),
          std::numeric_limits<std::int64_t>::min()}) {
        EXPECT_EQ(python_text(number), std::to_string(number));
        EXPECT_EQ(read<std::int64_t>(python_text(number)), number);
    }
    EXPECT_EQ(read<std::int64_t>(" +1_000\n"), 1000);
    EXPECT_EQ(read<std::int64_t>("007"), 7);
    for (const char* text : {"", "2.0", "1e3", "0x10", "- 1", "3 4", "\xc3\xa9"}) {
        EXPECT_EQ(fault<std::int64_t>(text), NumberFault::syntax) << text;
    }
    EXPECT_EQ(fault<std::int64_t>("9223372036854775808"), NumberFault::range);
    EXPECT_EQ(fault<std::int64_t>("-9223372036854775809"), NumberFault::range);
}

TEST(NumberTextTest, SumsThatAreNotPossibleAreNoNumbers) {
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    constexpr auto least = std::numeric_limits<std::int64_t>::min();
    EXPECT_EQ(sum(most, std::int64_t{-1}), most - 1);
    EXPECT_EQ(sum(most, std::int64_t{1}), std::nullopt);
    EXPECT_EQ(sum(least, std::int64_t{-1}), std::nullopt);
    EXPECT_EQ(sum(least, most), -1);
    EXPECT_EQ(difference(std::int64_t{-1}, most), least);
    EXPECT_EQ(difference(std::int64_t{-2}, most), std::nullopt);
    EXPECT_EQ(difference(std::int64_t{0}, least), std::nullopt) << "-least is too large";
    EXPECT_EQ(difference(std::int64_t{-1}, least), most);
    EXPECT_EQ(sum(0.1, 0.2), 0.1 + 0.2);
    EXPECT_EQ(sum(1e308, 1e308), std::nullopt);
    EXPECT_EQ(difference(-1e308, 1e308), std::nullopt);
}

}  // namespace
}  // namespace kazoo::detail::recipe
