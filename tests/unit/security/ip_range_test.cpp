// SPDX-License-Identifier: Apache-2.0
#include "security/ip_range.hpp"

#include <gtest/gtest.h>

namespace kazoo::base {
namespace {

TEST(IpRangeTest, AcceptsAddressesAndBits) {
    for (const char* range :
         {"10.0.0.1",
          "0.0.0.0/0",
          "10.0.0.0/8",
          "255.255.255.255/32",
          "010.001.0.1",
          "+10.0.-0.1/+8",
          "10.0.0.0/-0",
          "::",
          "::/0",
          "::1",
          "fe80::",
          "1:2:3:4:5:6:7:8",
          "1:2:3:4:5:6:7::",
          "::2:3:4:5:6:7:8",
          "ABCD::ef01/128",
          "64:ff9b::1.2.3.4",
          "1:2:3:4:5:6:1.2.3.4",
          "fe80::1%eth0/64"}) {
        EXPECT_TRUE(is_ip_range(range)) << range;
    }
}

TEST(IpRangeTest, RefusesInvalidRanges) {
    for (const char* range :
         {"",
          "/",
          "/8",
          "10",
          "10.0.0",
          "10.0.0.0.0",
          "10.0.0.256",
          "10.0.0.-1",
          "10.0.0.+-1",
          "10.0.0.+",
          "10.0.0.+256",
          "10.0.0.0/+33",
          "+1::",
          "10..0.1",
          "10.0.0.1.",
          ".10.0.0.1",
          "10.0.0.x",
          "10.0.0.1 ",
          "10.0.0.0/",
          "10.0.0.0/33",
          "10.0.0.0/-1",
          "10.0.0.0/8/8",
          "10.0.0.0/x",
          "99999999999999999999.0.0.1",
          "localhost",
          ":",
          ":::",
          "::/129",
          ":1",
          "1:",
          "1::2::3",
          "1:2:3:4:5:6:7",
          "1:2:3:4:5:6:7:8:9",
          "1:2:3:4:5:6:7:8::",
          "::1:2:3:4:5:6:7:8",
          "12345::",
          "g::",
          "::1.2.3",
          "1.2.3.4::",
          "1:2:3:4:5:6:7:1.2.3.4",
          "::ffff:1.2.3.4",
          "::ffff:102:304"}) {
        EXPECT_FALSE(is_ip_range(range)) << range;
        EXPECT_FALSE(ip_in_range("10.0.0.1", range)) << range;
        EXPECT_FALSE(ip_in_range("::1", range)) << range;
    }
}

TEST(IpRangeTest, ComparesOnlyTheBits) {
    EXPECT_TRUE(ip_in_range("10.1.2.3", "10.1.2.3"));
    EXPECT_FALSE(ip_in_range("10.1.2.4", "10.1.2.3"));
    EXPECT_TRUE(ip_in_range("10.200.2.4", "10.1.2.3/8"));
    EXPECT_TRUE(ip_in_range("10.1.2.3", "10.1.2.2/31"));
    EXPECT_FALSE(ip_in_range("10.1.2.4", "10.1.2.2/31"));
    EXPECT_TRUE(ip_in_range("10.127.0.0", "10.0.0.0/9"));
    EXPECT_FALSE(ip_in_range("10.128.0.0", "10.0.0.0/9"));
    EXPECT_TRUE(ip_in_range("1.2.3.4", "9.9.9.9/0"));
    EXPECT_TRUE(ip_in_range("fe80::1", "fe80:0:0:0:0:0:0:1"));
    EXPECT_TRUE(ip_in_range("fe80::1%eth0", "fe80::/10"));
    EXPECT_FALSE(ip_in_range("fec0::1", "fe80::/10"));
    EXPECT_TRUE(ip_in_range("2001:db8::1:2", "2001:db8::/96"));
}

TEST(IpRangeTest, Ipv4AndIpv6NeverMatch) {
    EXPECT_FALSE(ip_in_range("10.0.0.1", "::/0"));
    EXPECT_FALSE(ip_in_range("::1", "0.0.0.0/0"));
    EXPECT_TRUE(ip_in_range("::ffff:10.0.0.1", "10.0.0.0/8"));
    EXPECT_FALSE(ip_in_range("::ffff:10.0.0.1", "::/0"));
    EXPECT_FALSE(ip_in_range("nowhere", "0.0.0.0/0"));
    EXPECT_FALSE(ip_in_range("", "0.0.0.0/0"));
}

}  // namespace
}  // namespace kazoo::base
