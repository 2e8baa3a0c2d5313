// SPDX-License-Identifier: Apache-2.0
// The JSON of service instances, which Curator writes and reads.
#include <kazoo/exceptions.hpp>
#include <kazoo/recipes/service_instance.hpp>

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace kazoo {
namespace {

using namespace std::chrono_literals;

/// As Curator's default serializer writes it, in its compatible mode.
const std::string by_curator =
    R"({"name":"web","id":"4f0a2a9e-7a0e-4ac4-9e31-6a6c9a4d5c11","address":"10.0.0.7","port":8080,)"
    R"("sslPort":null,"payload":{"@class":"com.example.Details","zone":"a","weight":1.50},)"
    R"("registrationTimeUTC":1519210105437,"serviceType":"DYNAMIC","uriSpec":{"parts":[)"
    R"({"value":"scheme","variable":true},{"value":"://","variable":false},)"
    R"({"value":"address","variable":true},{"value":":","variable":false},)"
    R"({"value":"port","variable":true}]}})";

/// As it writes an instance that has nothing but a name and an id, without the compatible mode.
const std::string empty_by_curator =
    R"({"name":"n","id":"i","address":null,"port":null,"sslPort":null,"payload":null,)"
    R"("registrationTimeUTC":0,"serviceType":"PERMANENT","uriSpec":null,"enabled":true})";

ServiceInstance web() {
    return ServiceInstance("web")
        .id("4f0a2a9e-7a0e-4ac4-9e31-6a6c9a4d5c11")
        .address("10.0.0.7")
        .port(8080)
        .payload(R"({"@class":"com.example.Details","zone":"a","weight":1.50})")
        .registration_time(ServiceInstance::Time(1519210105437ms))
        .uri_spec(UriSpec("{scheme}://{address}:{port}"));
}

/// Returns an instance with a field of this name and text.
std::string with(const std::string& field, const std::string& text) {
    return R"({"name":"n","id":"i",")" + field + "\":" + text + "}";
}

/// Returns the message of the error; an empty one if the text is an instance.
std::string refusal(const std::string& text) {
    try {
        static_cast<void>(ServiceInstance::from_json(text, "/s/web/i"));
    } catch (const MalformedDataError& error) {
        EXPECT_EQ(error.error().path(), "/s/web/i");
        return error.error().message();
    }
    return {};
}

TEST(InstanceJson, IsWrittenAsByCurator) {
    EXPECT_EQ(web().to_json(), by_curator);
    EXPECT_EQ(
        ServiceInstance("n").id("i").type(ServiceType::PERMANENT).to_json(EnabledField::always),
        empty_by_curator
    );
}

TEST(InstanceJson, OfCuratorIsRead) {
    EXPECT_EQ(ServiceInstance::from_json(by_curator), web());
    const auto empty = ServiceInstance::from_json(empty_by_curator);
    EXPECT_EQ(empty, ServiceInstance("n").id("i").type(ServiceType::PERMANENT));
}

TEST(InstanceJson, OfEachTypeIsRead) {
    for (const auto type :
         {ServiceType::DYNAMIC,
          ServiceType::STATIC,
          ServiceType::PERMANENT,
          ServiceType::DYNAMIC_SEQUENTIAL}) {
        const auto instance = ServiceInstance("n").id("i").type(type).ssl_port(443);
        EXPECT_EQ(ServiceInstance::from_json(instance.to_json()), instance);
    }
}

TEST(InstanceJson, HasTheFieldEnabledOnlyWhereItIsNeeded) {
    auto instance = web();
    EXPECT_EQ(instance.to_json().find("enabled"), std::string::npos);
    EXPECT_TRUE(ServiceInstance::from_json(instance.to_json()).enabled()) << "the default";
    instance.enabled(false);
    EXPECT_NE(instance.to_json().find(R"(,"enabled":false})"), std::string::npos);
    EXPECT_EQ(ServiceInstance::from_json(instance.to_json()), instance);
}

TEST(InstanceJson, KeepsAPayloadOfAnyKindAsItIs) {
    for (const auto* const payload :
         {"\"hey\"",
          "17",
          "1.0000000000000000000001e40",
          "false",
          R"(["java.util.ArrayList",[ 1, {"b":"}]\"","a":2} ]])",
          "{\"z\" : 1,\"a\":12345678901234567890123}"}) {
        const auto instance = ServiceInstance("n").id("i").payload(payload);
        const auto text = instance.to_json();
        EXPECT_NE(text.find(payload), std::string::npos) << payload;
        EXPECT_EQ(ServiceInstance::from_json(text), instance) << payload;
    }
    EXPECT_EQ(ServiceInstance::from_json(with("payload", "null")).payload(), std::nullopt);
}

TEST(InstanceJson, IsReadInAnyOrderWithSpacesAndUnknownFields) {
    const auto instance = ServiceInstance::from_json(
        "\xEF\xBB\xBF \n{ \"uri\" : {\"parts\":[]} , \"id\": \"\\u0069\\n\" ,\t\"po\\u0072t\" : 7,"
        "\"nested\":[[{}],[]],\"name\":\"\xC3\xA4\\\"\",\"serviceType\":\"STATIC\"} \r\n"
    );
    EXPECT_EQ(instance, ServiceInstance("\xC3\xA4\"").id("i\n").port(7).type(ServiceType::STATIC));
}

TEST(InstanceJson, TakesWhatJacksonTakesForANumberOrAText) {
    EXPECT_EQ(ServiceInstance::from_json(with("port", "\"8080\"")).port(), 8080);
    EXPECT_EQ(ServiceInstance::from_json(with("port", "\"\"")).port(), std::nullopt);
    EXPECT_EQ(ServiceInstance::from_json(with("port", "-1")).port(), -1);
    EXPECT_EQ(ServiceInstance::from_json(R"({"name":"n","id":12})").id(), "12");
    const auto time = ServiceInstance::from_json(with("registrationTimeUTC", "\"12\""));
    EXPECT_EQ(time.registration_time(), ServiceInstance::Time(12ms));
}

TEST(InstanceJson, OtherTextsAreRefused) {
    for (const std::string text :
         {"",
          "null",
          "[]",
          "\"text\"",
          "{}",
          "{",
          "binary \x01\xFF",
          R"({"name":"n"})",
          R"({"id":"i"})",
          R"({"name":"","id":"i"})",
          R"({"name":null,"id":"i"})",
          R"({"name":["n"],"id":"i"})",
          R"({"name":"n","id":"i"} more)",
          "{\"name\":\"\xFF\",\"id\":\"i\"}"}) {
        EXPECT_NE(refusal(text), "") << text;
    }
    EXPECT_NE(refusal(std::string("\0\0\0\x07", 4)), "");
    for (const auto& [field, text] : std::map<std::string, std::vector<std::string>>{
             {"port", {"2147483648", "-2147483649", "1e3", "true", "\"80a\"", "{}", "1.5"}},
             {"sslPort", {"[]", "18446744073709551615"}},
             {"address", {"{}", "true"}},
             {"registrationTimeUTC", {"9223372036854775808", "\"now\"", "{}"}},
             {"serviceType", {"\"dynamic\"", "\"OTHER\"", "0", "{}"}},
             {"uriSpec",
              {"1",
               "[]",
               "{}",
               R"({"parts":{}})",
               R"({"parts":[1]})",
               R"({"parts":[{"value":"a"}]})",
               R"({"parts":[{"value":1,"variable":true}]})"}},
             {"enabled", {"1", "\"true\""}}}) {
        for (const auto& one : text) {
            EXPECT_NE(refusal(with(field, one)).find(field), std::string::npos) << field << one;
        }
    }
}

TEST(InstanceJson, OfAnAttackerTakesNeitherTimeNorStack) {
    const std::string deep(200'000, '[');
    const auto text = with("payload", deep + std::string(deep.size(), ']'));
    EXPECT_EQ(ServiceInstance::from_json(text).payload()->size(), 2 * deep.size());
    EXPECT_NE(refusal(with("payload", deep)), "");
    EXPECT_NE(refusal(with("uriSpec", deep + std::string(deep.size(), ']'))), "");
    std::string keys = R"({"name":"n","id":"i")";
    for (int i = 0; keys.size() < 1'000'000; ++i) {
        keys += ",\"" + std::to_string(i) + "\":" + std::to_string(i);
    }
    EXPECT_EQ(ServiceInstance::from_json(keys + "}").id(), "i");
    const std::string longest(ServiceInstance::max_json_bytes, ' ');
    EXPECT_NE(refusal(with("x", longest + "1")).find("longer"), std::string::npos);
}

TEST(InstanceJson, IsNotWrittenIfItCouldNotBeRead) {
    const auto instance = ServiceInstance("n").id("i");
    const auto invalid = [&](ServiceInstance changed) {
        EXPECT_THROW(static_cast<void>(changed.to_json()), BadArgumentsError);
    };
    invalid(ServiceInstance("\xFF").id("i"));
    invalid(ServiceInstance(instance).address("\xC3"));
    invalid(ServiceInstance(instance).uri_spec(UriSpec("\xFF")));
    for (const std::string payload :
         {"",
          "{",
          "1 2",
          "{'a':1}",
          "\"\xFF\"",
          "\xEF\xBB\xBF"
          "1"}) {
        invalid(ServiceInstance(instance).payload(payload));
    }
    invalid(ServiceInstance(instance).payload(std::string("1\0", 2)));
    invalid(ServiceInstance(instance).address(std::string(ServiceInstance::max_json_bytes, 'a')));
}

}  // namespace
}  // namespace kazoo
