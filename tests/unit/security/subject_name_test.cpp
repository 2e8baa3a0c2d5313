// SPDX-License-Identifier: Apache-2.0
// The expected texts are those that Java 17 prints for the same names.
#include "security/subject_name.hpp"

#include <gtest/gtest.h>
#include <openssl/asn1.h>
#include <openssl/objects.h>
#include <openssl/x509.h>

#include <memory>
#include <stdexcept>
#include <string_view>

namespace kazoo::base {
namespace {

/// A certificate of which only the subject is set.
class Subject {
public:
    /// Adds an attribute, of a keyword or a number, as a name of its own or to the last one.
    Subject& add(
        const char* type, std::string_view value, int form = V_ASN1_UTF8STRING, int set = 0
    ) {
        ASN1_OBJECT* object = OBJ_txt2obj(type, 0);
        const int good = X509_NAME_add_entry_by_OBJ(
            X509_get_subject_name(certificate_.get()),
            object,
            form,
            reinterpret_cast<const unsigned char*>(value.data()),
            static_cast<int>(value.size()),
            -1,
            set
        );
        ASN1_OBJECT_free(object);
        if (good != 1) throw std::runtime_error("cannot add an attribute");
        return *this;
    }
    Subject& add_to_last(const char* type, std::string_view value) {
        return add(type, value, V_ASN1_UTF8STRING, -1);
    }
    [[nodiscard]] std::string name() const { return subject_name(*certificate_); }

private:
    struct Release {
        void operator()(X509* certificate) const { X509_free(certificate); }
    };
    std::unique_ptr<X509, Release> certificate_{X509_new()};
};

TEST(SubjectName, TheLastAttributeComesFirst) {
    EXPECT_EQ(Subject().add("OU", "b").add("CN", "a").name(), "CN=a,OU=b");
    EXPECT_EQ(
        Subject().add("C", "DE", V_ASN1_PRINTABLESTRING).add("O", "Org").add("CN", "a b").name(),
        "CN=a b,O=Org,C=DE"
    );
    EXPECT_EQ(Subject().name(), "");
}

TEST(SubjectName, AttributesOfOneNameAreJoined) {
    EXPECT_EQ(
        Subject().add("O", "x").add("CN", "a").add_to_last("UID", "u").name(), "CN=a+UID=u,O=x"
    );
}

TEST(SubjectName, KeywordsOfRfc2253) {
    for (const std::string keyword : {"CN", "C", "L", "ST", "O", "OU", "DC", "UID"}) {
        EXPECT_EQ(Subject().add(keyword.c_str(), "DE").name(), keyword + "=DE");
    }
    EXPECT_EQ(Subject().add("street", "a").name(), "STREET=a");
}

TEST(SubjectName, OtherTypesAreNumbersWithEncodedValues) {
    EXPECT_EQ(
        Subject().add("emailAddress", "a@b", V_ASN1_IA5STRING).name(),
        "1.2.840.113549.1.9.1=#1603614062"
    );
    EXPECT_EQ(Subject().add("serialNumber", "7").name(), "2.5.4.5=#0c0137");
    EXPECT_EQ(Subject().add("1.2.3.4", "x").name(), "1.2.3.4=#0c0178");
}

TEST(SubjectName, SpecialCharactersAreEscaped) {
    EXPECT_EQ(
        Subject().add("CN", "a,b=c+d<e>f#g;h\"i\\j").name(),
        "CN=a\\,b\\=c\\+d\\<e\\>f\\#g\\;h\\\"i\\\\j"
    );
    EXPECT_EQ(Subject().add("CN", "  a b ").name(), "CN=\\ \\ a b\\ ");
    EXPECT_EQ(Subject().add("CN", "   ").name(), "CN=\\ \\ \\ ");
    EXPECT_EQ(Subject().add("CN", std::string_view("a\0b", 3)).name(), "CN=a\\00b");
    EXPECT_EQ(Subject().add("CN", "j\xc3\xbcrgen").name(), "CN=j\xc3\xbcrgen");
}

TEST(SubjectName, WhatIsPrintedIsRecognised) {
    const std::string names[] = {
        Subject().add("OU", "b").add("CN", "a").name(),
        Subject().add("O", "x").add("CN", "a").add_to_last("UID", "u").name(),
        Subject().add("emailAddress", "a@b", V_ASN1_IA5STRING).add("CN", "a").name(),
        Subject().add("CN", "a,b=c+d<e>f#g;h\"i\\j").name(),
        Subject().add("CN", "  a b \r").name(),
        Subject().add("CN", std::string_view("\0a\0", 3)).name(),
        Subject().add("CN", "#61").name(),
        Subject().add("CN", "j\xc3\xbcrgen").name(),
        "CN=",
        "DC=#040161",
    };
    for (const auto& name : names) {
        EXPECT_TRUE(is_subject_name(name)) << name;
    }
}

TEST(SubjectName, OtherFormsAreNotRecognised) {
    for (const char* text :
         {"",
          "a",
          "=",
          "=a",
          ",",
          "CN=a,",
          ",CN=a",
          "CN=a+",
          "/O=x/CN=a",
          "CN=a, O=x",
          "CN=a ,O=x",
          "CN =a",
          "CN= a",
          "cn=a",
          "CN=a;O=x",
          "CN=a=b",
          "CN=#6",
          "CN=#0C0161",
          "CN=\"a,b\"",
          "CN=a\\",
          "CN=a\\x",
          "CN=a\\0",
          "EMAILADDRESS=a@b",
          "OID.1.2.3=#0c0161",
          "1.2.3=a",
          "1=#0c0161",
          "1..2=#0c0161",
          ".1.2=#0c0161"}) {
        EXPECT_FALSE(is_subject_name(text)) << text;
    }
}

}  // namespace
}  // namespace kazoo::base
