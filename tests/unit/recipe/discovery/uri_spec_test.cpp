// SPDX-License-Identifier: Apache-2.0
// Patterns for the URIs of service instances.
#include <kazoo/exceptions.hpp>
#include <kazoo/recipes/service_instance.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <vector>

namespace kazoo {
namespace {

using Part = UriSpec::Part;
using Parts = std::vector<Part>;

ServiceInstance instance() {
    return ServiceInstance("web")
        .id("i1")
        .address("h")
        .port(80)
        .type(ServiceType::STATIC)
        .registration_time(ServiceInstance::Time(std::chrono::milliseconds(5)));
}

TEST(UriSpecTest, IsParsedIntoTextsAndVariables) {
    EXPECT_EQ(
        UriSpec("{scheme}://{ address }/x").parts(),
        (Parts{{"scheme", true}, {"://", false}, {"address", true}, {"/x", false}})
    );
    EXPECT_EQ(UriSpec("text").parts(), Parts{Part("text", false)});
    EXPECT_EQ(UriSpec("{}a{}").parts(), Parts{Part("a", false)}) << "as with Curator";
    EXPECT_EQ(UriSpec(""), UriSpec());
}

TEST(UriSpecTest, RefusesBracesWithoutACounterpart) {
    for (const auto* const pattern : {"{", "}", "a{b", "a}b", "{a{b}}", "{a}}", "{{a}"}) {
        EXPECT_THROW(UriSpec{pattern}, BadArgumentsError) << pattern;
    }
}

TEST(UriSpecTest, HasTheValuesOfTheInstance) {
    EXPECT_EQ(
        UriSpec("{scheme}://{address}:{port}/{name}/{id}").build(instance()), "http://h:80/web/i1"
    );
    EXPECT_EQ(UriSpec("{ssl-port}").build(instance()), "");
    EXPECT_EQ(
        UriSpec("{scheme} {ssl-port} {port}").build(instance().ssl_port(443)), "https 443 80"
    );
    EXPECT_EQ(
        UriSpec("{registration-time-utc} {service-type} {[}x{]}").build(instance()), "5 static {x}"
    );
    EXPECT_EQ(UriSpec("{port}").build(instance().port(std::nullopt)), "");
}

TEST(UriSpecTest, GivenValuesComeFirst) {
    const UriSpec::Variables variables{{"port", "9"}, {"more", "m"}, {"scheme", "grpc"}};
    EXPECT_EQ(UriSpec("{scheme}:{port}{more}{other}").build(instance(), variables), "grpc:9m");
    EXPECT_EQ(UriSpec("{[}").build(instance(), {{"[", "("}}), "(");
}

TEST(UriSpecTest, IsThatOfTheInstance) {
    EXPECT_EQ(instance().build_uri(), "");
    EXPECT_EQ(instance().uri_spec(UriSpec("{port}/{x}")).build_uri({{"x", "y"}}), "80/y");
}

}  // namespace
}  // namespace kazoo
