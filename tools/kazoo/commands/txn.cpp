// SPDX-License-Identifier: Apache-2.0
#include "commands/txn.hpp"

#include "cli/values.hpp"
#include "cli/words.hpp"
#include "commands/commands.hpp"
#include "output/json.hpp"

#include <charconv>
#include <memory>
#include <sstream>

namespace tool {
namespace {

using Words = std::vector<std::string>;

std::int32_t parse_version(const std::string& text) {
    std::int32_t version = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), version);
    if (error != std::errc() || end != text.data() + text.size() || version < -1) {
        throw UsageError("'" + text + "' is no version");
    }
    return version;
}

/// Returns the version at this position; -1 if there is none.
std::int32_t version_at(const Words& words, std::size_t position) {
    return words.size() > position ? parse_version(words[position]) : -1;
}

void add_create(const Session& session, kazoo::Transaction& transaction, Words words) {
    kazoo::CreateOptions options;
    while (words.size() > 1 && words[1].size() == 2 && words[1][0] == '-') {
        switch (words[1][1]) {
            case 'e':
                options.ephemeral();
                break;
            case 's':
                options.sequence();
                break;
            case 'c':
                options.container();
                break;
            default:
                throw UsageError("create in a transaction has no option " + words[1]);
        }
        words.erase(words.begin() + 1);
    }
    if (words.size() < 2 || words.size() > 4) {
        throw UsageError("write: create [-e] [-s] [-c] PATH [DATA] [ACL]");
    }
    if (words.size() == 4) {
        options.acl(parse_acl(words[3]));
    }
    const std::string data = words.size() > 2 ? data_of(words[2]) : std::string();
    transaction.create(session.resolve(words[1]), data, options);
}

void print(Output& out, const kazoo::TransactionResult& result) {
    const bool is_create = result.kind() == kazoo::TransactionOp::create;
    const std::string path = is_create ? result.created_path() : result.path();
    const auto stat = result.stat();
    if (out.is_json()) {
        Json object{{"operation", to_string(result.kind())}, {"path", path}};
        if (stat) {
            object["stat"] = to_json(*stat);
        }
        out.json(object);
        return;
    }
    std::string line = std::string(to_string(result.kind())) + " " + path;
    if (stat) {
        line += " version " + std::to_string(stat->version);
    }
    out.line(line);
}

struct TxnOptions {
    Words operations;
    std::optional<std::string> file;
};

Words lines_of(const std::string& text) {
    Words lines;
    std::istringstream in(text);
    std::string line;
    while (std::getline(in, line)) {
        if (line.find_first_not_of(" \t\r") != std::string::npos && line.front() != '#') {
            lines.push_back(line);
        }
    }
    return lines;
}

}  // namespace

void add_operation(const Session& session, kazoo::Transaction& transaction, const Words& words) {
    const std::string& name = words.at(0);
    const std::size_t count = words.size();
    const std::string path = count > 1 ? session.resolve(words[1]) : std::string();
    if (name == "create") {
        add_create(session, transaction, words);
    } else if (name == "set" && (count == 3 || count == 4)) {
        transaction.set_data(path, data_of(words[2]), version_at(words, 3));
    } else if ((name == "delete" || name == "rm") && (count == 2 || count == 3)) {
        transaction.delete_(path, version_at(words, 2));
    } else if (name == "check" && (count == 2 || count == 3)) {
        transaction.check(path, version_at(words, 2));
    } else {
        throw UsageError(
            "cannot understand '" + name + "' with " + std::to_string(count - 1) +
            " arguments; operations are: create [-e] [-s] [-c] PATH [DATA] [ACL], "
            "set PATH DATA [VERSION], delete PATH [VERSION], check PATH [VERSION]"
        );
    }
}

void commit(const Session& session, kazoo::Transaction& transaction) {
    for (const kazoo::TransactionResult& result : transaction.commit(session.call())) {
        print(session.out(), result);
    }
}

namespace {

void run(Session& session, const TxnOptions& options) {
    if (options.file && !options.operations.empty()) {
        throw UsageError("operations are given as arguments or in a file, not both");
    }
    const Words operations = !options.operations.empty()
                                 ? options.operations
                                 : lines_of(read_file(options.file.value_or("-")));
    kazoo::Transaction transaction = session.zk().transaction();
    for (const std::string& operation : operations) {
        const Words words = split_words(operation);
        if (!words.empty()) {
            add_operation(session, transaction, words);
        }
    }
    commit(session, transaction);
}

}  // namespace

void add_txn(Grammar& grammar) {
    auto options = std::make_shared<TxnOptions>();
    Command command =
        grammar.add("txn", "apply operations together, or none of them; default: standard input");
    command
        .any_arguments(
            "OPERATION",
            options->operations,
            "'create /a x', 'set /b y 3', 'delete /c', 'check /d 1'"
        )
        .option("-f,--file", options->file, "FILE with an operation a line; - is standard input");
    command.runs([options](Session& session) { run(session, *options); });
}

}  // namespace tool
