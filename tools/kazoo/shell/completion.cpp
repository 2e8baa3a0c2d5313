// SPDX-License-Identifier: Apache-2.0
#include "shell/completion.hpp"

#include "cli/node_path.hpp"
#include "cli/words.hpp"
#include "shell/prompt.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace tool {
namespace {

using Names = std::vector<std::string>;

bool begins_with(std::string_view text, std::string_view prefix) {
    return text.substr(0, prefix.size()) == prefix;
}

bool has_name(const Names& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

/// What may be at the place of the word.
struct Place {
    const CommandSyntax* command = nullptr;
    const ValueSyntax* value = nullptr;  ///< which the word is; null: none
    bool in_program = false;             ///< behind "--"
};

const CommandSyntax* command_named(const CommandSyntax& all, const std::string& name) {
    const auto found =
        std::find_if(all.commands.begin(), all.commands.end(), [&](const CommandSyntax& c) {
            return last_word(c) == name || has_name(c.aliases, name);
        });
    return found != all.commands.end() ? &*found : nullptr;
}

const OptionSyntax* option_named(
    const CommandSyntax& all, const CommandSyntax& command, const std::string& name
) {
    for (const CommandSyntax* const owner : {&command, &all}) {
        for (const OptionSyntax& option : owner->options) {
            if (has_name(option.names, name)) {
                return &option;
            }
        }
    }
    return nullptr;
}

const ArgumentSyntax* argument_at(const CommandSyntax& command, std::size_t position) {
    const auto& arguments = command.arguments;
    if (position < arguments.size()) {
        return &arguments[position];
    }
    return !arguments.empty() && arguments.back().repeated ? &arguments.back() : nullptr;
}

/// Follows the words before that which is completed. Returns std::nullopt if they begin with no
/// command.
std::optional<Place> place_after(const CommandSyntax& all, const Names& words) {
    Place place;
    place.command = &all;
    std::size_t position = 0;
    const OptionSyntax* value_of = nullptr;
    for (const std::string& word : words) {
        if (value_of != nullptr) {
            value_of = nullptr;
        } else if (word == "--") {
            place.in_program = true;
        } else if (word.size() > 1 && word.front() == '-') {
            const OptionSyntax* const option = option_named(all, *place.command, word);
            value_of = option != nullptr && !option->value.empty() ? option : nullptr;
        } else if (!place.command->commands.empty()) {
            place.command = command_named(*place.command, word);
            if (place.command == nullptr) {
                return std::nullopt;
            }
        } else {
            ++position;
        }
    }
    place.value = value_of;
    if (value_of == nullptr) {
        place.value = argument_at(*place.command, position);
    }
    return place;
}

Names option_names(const CommandSyntax& all, const CommandSyntax& command) {
    Names names;
    for (const CommandSyntax* const owner : {&command, &all}) {
        for (const OptionSyntax& option : owner->options) {
            const bool is_known =
                std::any_of(option.names.begin(), option.names.end(), [&](const auto& n) {
                    return has_name(names, n);
                });
            if (!is_known) {
                names.insert(names.end(), option.names.begin(), option.names.end());
            }
        }
    }
    return names;
}

/// Returns the usual names of the commands that begin with `prefix`, and others if there are none.
Names command_names(const CommandSyntax& of, std::string_view prefix) {
    Names usual;
    Names others;
    for (const CommandSyntax& command : of.commands) {
        const std::string name = last_word(command);
        if (begins_with(name, prefix)) {
            (command.hidden ? others : usual).push_back(name);
        }
        std::copy_if(
            command.aliases.begin(),
            command.aliases.end(),
            std::back_inserter(others),
            [&](const std::string& alias) { return begins_with(alias, prefix); }
        );
    }
    return usual.empty() ? others : usual;
}

std::string common_beginning(const Names& names) {
    std::string common = names.front();
    for (const std::string& name : names) {
        const auto differs = std::mismatch(common.begin(), common.end(), name.begin(), name.end());
        common.erase(differs.first, common.end());
    }
    // Not within a character of UTF-8.
    while (!common.empty() && common.size() < names.front().size() &&
           (static_cast<unsigned char>(names.front()[common.size()]) & 0xc0) == 0x80) {
        common.pop_back();
    }
    return common;
}

/// The word that is completed.
struct Part {
    std::string text;
    std::size_t begin = 0;  ///< in the line
    char quote = '\0';      ///< that is open
};

/// Fills in what the names have in common, and what follows the only one.
void choose(
    Completion& done,
    const Part& part,
    std::string_view before,
    Names names,
    const std::function<std::string(const std::string&)>& behind
) {
    names.erase(
        std::remove_if(
            names.begin(),
            names.end(),
            [&](const std::string& name) {
                return !begins_with(name, std::string_view(part.text).substr(before.size()));
            }
        ),
        names.end()
    );
    if (names.empty()) {
        return;
    }
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    std::string word = std::string(before) + common_beginning(names);
    std::string end = names.size() == 1 ? behind(word) : std::string();
    if (end == "/") {
        word += std::exchange(end, std::string());
    } else if (!end.empty() && part.quote != '\0') {
        end = part.quote + end;
    }
    const std::string opening = part.quote != '\0' ? std::string(1, part.quote) : std::string();
    done.text = opening + quoted_word(word, part.quote) + end;
    if (names.size() > 1) {
        done.choices = std::move(names);
    }
}

void complete_path(
    Completion& done, const Part& part, const std::string& directory, const KnownChildren& children
) {
    const std::size_t slash = part.text.rfind('/');
    const std::string before = slash == std::string::npos ? "" : part.text.substr(0, slash + 1);
    std::string parent = resolve_path(directory, before.empty() ? "." : before);
    if (parent.size() > 1 && parent.back() == '/') {
        parent.pop_back();
    }
    if (begins_with(parent, "zk://")) {
        return;
    }
    const auto names = children(parent);
    if (!names) {
        done.waits = true;
        return;
    }
    choose(done, part, before, *names, [&](const std::string& word) -> std::string {
        const auto below = children(resolve_path(directory, word));
        return !below ? "" : below->empty() ? " " : "/";
    });
}

Part part_of(std::string_view line, ScannedLine& scanned) {
    Part part;
    part.begin = line.size();
    if (!scanned.words.empty() && scanned.words.back().end == line.size()) {
        part.text = scanned.words.back().text;
        part.begin = scanned.words.back().begin;
        part.quote = scanned.open_quote;
        scanned.words.pop_back();
    }
    return part;
}

}  // namespace

Completion complete(
    const CommandSyntax& all,
    std::string_view line,
    const std::string& directory,
    const KnownChildren& children
) {
    Completion done;
    ScannedLine scanned = scan_words(line, Comments::hash);
    const Part part = part_of(line, scanned);
    done.begin = part.begin;
    done.text = std::string(line.substr(part.begin));
    Names words;
    for (const Word& word : scanned.words) {
        words.push_back(word.text);
    }
    const bool is_text =
        scanned.comment < line.size() || scanned.open_backslash || begins_with(line, "!");
    const auto place = is_text ? std::nullopt : place_after(all, words);
    if (!place || place->in_program) {
        return done;
    }
    const auto blank = [](const std::string&) { return std::string(" "); };
    const Offer offer = place->value != nullptr ? place->value->offer : Offer::nothing;
    if (offer == Offer::nodes && !begins_with(part.text, "-")) {
        complete_path(done, part, directory, children);
    } else if (offer == Offer::choices) {
        choose(done, part, "", place->value->choices, blank);
    } else if (begins_with(part.text, "-")) {
        choose(done, part, "", option_names(all, *place->command), blank);
    } else if (!place->command->commands.empty()) {
        choose(done, part, "", command_names(*place->command, part.text), blank);
    }
    return done;
}

std::string in_columns(const std::vector<std::string>& names, std::size_t width, std::size_t most) {
    const std::size_t count = std::min(names.size(), most);
    std::size_t widest = 0;
    for (std::size_t i = 0; i < count; ++i) {
        widest = std::max(widest, width_of(names[i]));
    }
    const std::size_t columns = std::max<std::size_t>(1, (width + 2) / (widest + 2));
    const std::size_t rows = (count + columns - 1) / columns;
    std::string text;
    for (std::size_t row = 0; row < rows; ++row) {
        for (std::size_t i = row; i < count; i += rows) {
            text += names[i];
            if (i + rows < count) {
                text.append(widest + 2 - width_of(names[i]), ' ');
            }
        }
        text += '\n';
    }
    if (count < names.size()) {
        text += "and " + std::to_string(names.size() - count) + " more\n";
    }
    return text;
}

}  // namespace tool
