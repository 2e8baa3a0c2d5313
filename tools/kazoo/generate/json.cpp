// SPDX-License-Identifier: Apache-2.0
#include "generate/generate.hpp"
#include "output/json.hpp"

namespace tool {
namespace {

Json to_json(const OptionSyntax& option) {
    return {
        {"names", option.names},
        {"value", option.value},
        {"choices", option.choices},
        {"help", option.help}};
}

Json to_json(const ArgumentSyntax& argument) {
    return {
        {"name", argument.name},
        {"required", argument.required},
        {"repeated", argument.repeated},
        {"choices", argument.choices}};
}

Json to_json(const CommandSyntax& command) {
    Json object{
        {"name", command.name},
        {"aliases", command.aliases},
        {"hidden", command.hidden},
        {"runsProgram", command.runs_program},
        {"help", command.help}};
    for (const char* const list : {"arguments", "options", "commands"}) {
        object[list] = Json::array();
    }
    for (const ArgumentSyntax& argument : command.arguments) {
        object["arguments"].push_back(to_json(argument));
    }
    for (const OptionSyntax& option : command.options) {
        object["options"].push_back(to_json(option));
    }
    for (const CommandSyntax& below : command.commands) {
        object["commands"].push_back(to_json(below));
    }
    return object;
}

}  // namespace

std::string json_text(const CommandSyntax& tool) {
    return to_json(tool).dump(1) + "\n";
}

}  // namespace tool
