// SPDX-License-Identifier: Apache-2.0
// What Java 17 accepts and what it refuses, and the pattern of Apache's KerberosName.
#include "security/principal_names.hpp"

#include <gtest/gtest.h>

#include <string>

namespace kazoo::base {
namespace {

TEST(PrincipalNames, KerberosNames) {
    for (const char* name : {"", "bob", "bob@REALM", "bob/host@REALM", "a:b", "a/b/c", "@", "/@"}) {
        EXPECT_TRUE(is_kerberos_name(name)) << name;
    }
    for (const char* name : {"a@b@c", "a/b/c@REALM", "a@b/c", "@@"}) {
        EXPECT_FALSE(is_kerberos_name(name)) << name;
    }
}

TEST(PrincipalNames, DistinguishedNames) {
    for (const char* name :
         {"",
          "CN=a",
          "cn=a",
          "CN=a,OU=b",
          "CN=a;OU=b",
          "CN=a+OU=b",
          " CN = a , OU = b ",
          "CN=",
          "CN=a,\nOU=b",
          "CN=a b",
          "CN=a=b",
          "CN=a#b",
          "EMAILADDRESS=a@b",
          "UID=a,DC=x"}) {
        EXPECT_TRUE(is_x500_name(name)) << name;
    }
    for (const char* name :
         {"CN",
          "a",
          "=a",
          "XX=a",
          "E=a",
          "SN=a",
          "CN=a,",
          ",CN=a",
          "CN=a,,OU=b",
          "CN=a+",
          "CN=a<b",
          "CN=a>b"}) {
        EXPECT_FALSE(is_x500_name(name)) << name;
    }
}

TEST(PrincipalNames, TypesAsNumbers) {
    for (const char* name :
         {"2.5.4.3=x", "OID.2.5.4.3=x", "oid.2.5.4.3=x", "2.999=x", "0.39=x", "01.2=x"}) {
        EXPECT_TRUE(is_x500_name(name)) << name;
    }
    for (const char* name : {"3.1=x", "1.40=x", "0.40=x", "1=x", "1.=x", "1..2=x", "OID.CN=a"}) {
        EXPECT_FALSE(is_x500_name(name)) << name;
    }
}

TEST(PrincipalNames, EscapedAndQuotedValues) {
    for (const char* name :
         {"CN=a\\,b",
          "CN=\\41b",
          "CN=a\\ ",
          "CN=\\#a",
          "CN=\\\"a,OU=b\\\"",
          "CN=a\\\\,OU=b",
          "CN=\"a,b\"",
          "CN=\"a+b\"",
          "CN=\"\"",
          "CN=\"a\\\"b\"",
          "CN=\"a\"  ,OU=c"}) {
        EXPECT_TRUE(is_x500_name(name)) << name;
    }
    for (const char* name :
         {"CN=a\\",
          "CN=\\4",
          "CN=\\x",
          "CN=\"a",
          "CN=\"a\"b",
          "CN=a\"b",
          "CN=\"a\\x\"",
          "CN=\"a,OU=b"}) {
        EXPECT_FALSE(is_x500_name(name)) << name;
    }
}

TEST(PrincipalNames, EncodedValues) {
    const std::string long_value = "CN=#0c8180" + std::string(256, '1');
    for (const std::string& name :
         {std::string("CN=#0c0161"),
          std::string("CN=#3000"),
          std::string("CN=#0C0161,OU=b"),
          std::string("CN=#0c0161 "),
          long_value}) {
        EXPECT_TRUE(is_x500_name(name)) << name;
    }
    for (const char* name :
         {"CN=#",
          "CN=#0",
          "CN=#04",
          "CN=#0401",
          "CN=#04zz",
          "CN=#040101x",
          "CN=# 0c0161",
          "CN=#04 0161",
          "CN=#0c8180",
          "CN=#0c8001"}) {
        EXPECT_FALSE(is_x500_name(name)) << name;
    }
}

}  // namespace
}  // namespace kazoo::base
