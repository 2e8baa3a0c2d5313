// SPDX-License-Identifier: Apache-2.0
// Checks that a service instance that is read from a foreign node can be written and read again.
#include "fuzz/harness.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/recipes/service_instance.hpp>

#include <optional>
#include <string>

namespace kazoo::fuzz {
namespace {

std::optional<ServiceInstance> read(const std::string& text) {
    try {
        return ServiceInstance::from_json(text);
    } catch (const MalformedDataError& malformed) {
        require(is_printable(malformed.error().detail()), "it can be logged");
        return std::nullopt;
    }
}

void check(const std::string& text) {
    const auto instance = read(text);
    if (!instance) {
        return;
    }
    require(!instance->name().empty() && !instance->id().empty(), "it has a name and an id");
    for (const auto field : {EnabledField::when_false, EnabledField::always}) {
        require(read(instance->to_json(field)) == instance, "it is the same");
    }
    static_cast<void>(instance->build_uri());
}

}  // namespace
}  // namespace kazoo::fuzz

/// The whole input: the data of the node of an instance.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace kazoo;
    fuzz::check(std::string(fuzz::Input(data, size).rest_as_text()));
    return 0;
}
