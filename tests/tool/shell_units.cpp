// SPDX-License-Identifier: Apache-2.0
// The parts of the tool's shell that need neither a terminal nor a server.
#include "cli/exit_code.hpp"
#include "cli/node_path.hpp"
#include "cli/words.hpp"
#include "shell/completion.hpp"
#include "shell/history.hpp"
#include "shell/prompt.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <algorithm>
#include <clocale>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

namespace tool {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Names = std::vector<std::string>;

Names texts_of(const ScannedLine& line) {
    Names texts;
    for (const Word& word : line.words) {
        texts.push_back(word.text);
    }
    return texts;
}

Names words_of(std::string_view line) {
    return texts_of(scan_words(line, Comments::hash));
}

TEST(Words, AreSeparatedByBlanks) {
    EXPECT_THAT(words_of(""), IsEmpty());
    EXPECT_THAT(words_of(" \t "), IsEmpty());
    EXPECT_THAT(words_of("  set /a\tb  "), ElementsAre("set", "/a", "b"));
}

TEST(Words, KeepWhatIsQuoted) {
    EXPECT_THAT(words_of("'a b' \"c d\" e\\ f"), ElementsAre("a b", "c d", "e f"));
    EXPECT_THAT(words_of("'' \"\""), ElementsAre("", ""));
    EXPECT_THAT(words_of("a'b c'd"), ElementsAre("ab cd"));
    EXPECT_THAT(words_of("'a\"b' \"a'b\""), ElementsAre("a\"b", "a'b"));
    EXPECT_THAT(words_of(R"('a\b' "a\b" "\"\\" a\b)"), ElementsAre("a\\b", "a\\b", "\"\\", "ab"));
    EXPECT_THAT(words_of("'a\nb'"), ElementsAre("a\nb"));
}

TEST(Words, EndAtComments) {
    EXPECT_THAT(words_of("# all of it's a comment"), IsEmpty());
    EXPECT_THAT(words_of("get /a # and so on"), ElementsAre("get", "/a"));
    EXPECT_THAT(words_of("get /a#b '#c' \\#d"), ElementsAre("get", "/a#b", "#c", "#d"));
    EXPECT_THAT(words_of("get # one\n/a"), ElementsAre("get", "/a"));
    EXPECT_THAT(split_words("a #b"), ElementsAre("a", "#b"));
    EXPECT_EQ(scan_words("get # x", Comments::hash).comment, 4U);
    EXPECT_EQ(scan_words("get x", Comments::hash).comment, 5U);
}

TEST(Words, SayWhatIsOpen) {
    EXPECT_TRUE(scan_words("a 'b'", Comments::hash).is_complete());
    EXPECT_EQ(scan_words("a 'b", Comments::hash).open_quote, '\'');
    EXPECT_EQ(scan_words("a \"b'", Comments::hash).open_quote, '"');
    EXPECT_TRUE(scan_words("a \\", Comments::hash).open_backslash);
    EXPECT_FALSE(scan_words("a \\\\", Comments::hash).open_backslash);
    EXPECT_FALSE(scan_words("a '\\'", Comments::hash).open_backslash);
    EXPECT_THROW(split_words("a 'b"), UsageError);
    EXPECT_THROW(split_words("a \\"), UsageError);
}

TEST(Words, AreJoinedWithTheNextLineByABackslash) {
    EXPECT_THAT(words_of("set /a \\\nb"), ElementsAre("set", "/a", "b"));
    EXPECT_THAT(words_of("set /a b\\\nc"), ElementsAre("set", "/a", "bc"));
}

TEST(Words, HavePlaces) {
    const ScannedLine line = scan_words("get  'a b'c ", Comments::hash);
    ASSERT_EQ(line.words.size(), 2U);
    EXPECT_EQ(line.words[1].begin, 5U);
    EXPECT_EQ(line.words[1].end, 11U);
}

TEST(Words, AreQuotedSoThatTheyAreReadBack) {
    for (const std::string word :
         {"plain", "a b", "it's", "\"", "\\", "#a", "a#b", "ü €", "a\tb"}) {
        EXPECT_THAT(words_of(quoted_word(word)), ElementsAre(word)) << word;
        EXPECT_THAT(words_of("'" + quoted_word(word, '\'') + "'"), ElementsAre(word)) << word;
        EXPECT_THAT(words_of("\"" + quoted_word(word, '"') + "\""), ElementsAre(word)) << word;
    }
    EXPECT_EQ(quoted_word("/a/b-1"), "/a/b-1");
}

TEST(NodePath, IsRelativeToTheDirectory) {
    EXPECT_EQ(resolve_path("/", "a"), "/a");
    EXPECT_EQ(resolve_path("/a", "b/c"), "/a/b/c");
    EXPECT_EQ(resolve_path("/a", "/b"), "/b");
    EXPECT_EQ(resolve_path("/a/b", ".."), "/a");
    EXPECT_EQ(resolve_path("/a/b", "../../.."), "/");
    EXPECT_EQ(resolve_path("/a", "."), "/a");
    EXPECT_EQ(resolve_path("/a", ""), "/a");
    EXPECT_EQ(resolve_path("/a", "../b/./c"), "/b/c");
    EXPECT_EQ(resolve_path("/a", "...x"), "/a/...x");
    EXPECT_EQ(resolve_path("/a", "//b///c"), "/b/c");
    EXPECT_EQ(resolve_path("/a", "jobs/"), "/a/jobs/");
    EXPECT_EQ(resolve_path("/a", "/"), "/");
    EXPECT_EQ(resolve_path("/a", "zk://h:1/b"), "zk://h:1/b");
}

OptionSyntax option(Names names, const std::string& value = "") {
    OptionSyntax option;
    option.names = std::move(names);
    option.value = value;
    return option;
}

ArgumentSyntax argument(Offer offer, bool repeated = false) {
    ArgumentSyntax argument;
    argument.offer = offer;
    argument.repeated = repeated;
    return argument;
}

CommandSyntax command(const std::string& name) {
    CommandSyntax command;
    command.name = name;
    return command;
}

/// A grammar with one command of each kind.
CommandSyntax grammar() {
    CommandSyntax all;
    all.options.push_back(option({"--format"}, "VALUE"));
    all.options.back().offer = Offer::choices;
    all.options.back().choices = {"text", "json", "raw"};
    CommandSyntax get = command("get");
    get.arguments.push_back(argument(Offer::nodes));
    get.options.push_back(option({"-s", "--stat"}));
    get.options.push_back(option({"-o", "--output"}, "FILE"));
    get.options.back().offer = Offer::files;
    CommandSyntax set = command("set");
    set.arguments.push_back(argument(Offer::nodes));
    set.arguments.push_back(argument(Offer::nothing));
    CommandSyntax rm = command("rm");
    rm.aliases = {"delete"};
    rm.arguments.push_back(argument(Offer::nodes, true));
    CommandSyntax getacl = command("getAcl");
    getacl.hidden = true;
    CommandSyntax acl = command("acl");
    acl.commands = {command("acl get"), command("acl set")};
    all.commands = {get, set, rm, getacl, acl};
    return all;
}

/// Completes lines, with nodes that are known and a list of those that were asked for.
class Completing : public testing::Test {
protected:
    Completion at(const std::string& line, const std::string& directory = "/") {
        return complete(all_, line, directory, [this](const std::string& path) {
            asked_.push_back(path);
            const auto found = known_.find(path);
            return found != known_.end() ? std::optional<Names>(found->second) : std::nullopt;
        });
    }
    /// The line after the completion.
    std::string line_after(const std::string& line, const std::string& directory = "/") {
        const Completion done = at(line, directory);
        return line.substr(0, done.begin) + done.text;
    }

    CommandSyntax all_ = grammar();
    std::map<std::string, Names> known_{
        {"/", {"app", "apple", "zoo"}},
        {"/app", {"config", "a b"}},
        {"/app/config", {}},
        {"/zoo", {"x"}},
    };
    Names asked_;
};

TEST_F(Completing, Commands) {
    EXPECT_EQ(line_after("ge"), "get ");
    EXPECT_EQ(line_after("s"), "set ");
    EXPECT_EQ(line_after("del"), "delete ");
    EXPECT_EQ(line_after("getA"), "getAcl ");
    EXPECT_EQ(line_after("--format json ge"), "--format json get ");
    EXPECT_THAT(at("").choices, ElementsAre("acl", "get", "rm", "set"));
    EXPECT_EQ(line_after("acl s"), "acl set ");
    EXPECT_THAT(at("acl ").choices, ElementsAre("get", "set"));
    EXPECT_EQ(line_after("unknown "), "unknown ");
    EXPECT_EQ(line_after("unknown x"), "unknown x");
}

TEST_F(Completing, Options) {
    EXPECT_EQ(line_after("get --st"), "get --stat ");
    EXPECT_THAT(at("get -").choices, ElementsAre("--format", "--output", "--stat", "-o", "-s"));
    EXPECT_EQ(line_after("get --format j"), "get --format json ");
    EXPECT_THAT(at("get --format ").choices, ElementsAre("json", "raw", "text"));
    EXPECT_EQ(line_after("get -o "), "get -o ");  // a file, not a node
    EXPECT_THAT(asked_, IsEmpty());
}

TEST_F(Completing, Paths) {
    EXPECT_EQ(line_after("get /a"), "get /app");
    EXPECT_THAT(at("get /app").choices, ElementsAre("app", "apple"));
    EXPECT_EQ(line_after("get /z"), "get /zoo/");
    EXPECT_EQ(line_after("get /app/c"), "get /app/config ");
    EXPECT_EQ(line_after("get /app/x"), "get /app/x");
    EXPECT_EQ(line_after("get -s /z"), "get -s /zoo/");
    EXPECT_EQ(line_after("get -o file /z"), "get -o file /zoo/");
}

TEST_F(Completing, OnlyArgumentsThatArePaths) {
    EXPECT_EQ(line_after("set /app z"), "set /app z");
    EXPECT_EQ(line_after("get /app z"), "get /app z");
    EXPECT_EQ(line_after("rm /app z"), "rm /app zoo/");
    EXPECT_EQ(line_after("! cat z"), "! cat z");
    EXPECT_EQ(line_after("get /app # z"), "get /app # z");
    EXPECT_EQ(line_after("rm x -- z"), "rm x -- z");
}

TEST_F(Completing, RelativePaths) {
    EXPECT_EQ(line_after("get c", "/app"), "get config ");
    EXPECT_EQ(line_after("get ../z", "/app"), "get ../zoo/");
    EXPECT_EQ(line_after("get ", "/zoo"), "get x");
}

TEST_F(Completing, NamesWithBlanksAreQuoted) {
    EXPECT_EQ(line_after("get /app/a"), "get /app/a\\ b");
    EXPECT_EQ(line_after("get '/app/a"), "get '/app/a b");
    EXPECT_EQ(line_after("get \"/app/c"), "get \"/app/config\" ");
    known_["/app/a b"] = {};
    EXPECT_EQ(line_after("get /app/a\\ "), "get /app/a\\ b ");
}

TEST_F(Completing, UnknownChildrenAreAskedForAndNotWaitedFor) {
    const Completion done = at("get /new/a");
    EXPECT_TRUE(done.waits);
    EXPECT_EQ(done.text, "/new/a");
    EXPECT_THAT(asked_, ElementsAre("/new"));
    EXPECT_FALSE(at("get /a").waits);
    EXPECT_EQ(line_after("get /apple"), "get /apple");  // whether it has children is not known
}

TEST_F(Completing, WholeCharacters) {
    known_["/"] = {"\xc3\xa4", "\xc3\xbc"};  // ä and ü begin with the same byte
    EXPECT_EQ(line_after("get /"), "get /");
    EXPECT_THAT(at("get /").choices, ElementsAre("\xc3\xa4", "\xc3\xbc"));
}

TEST(Columns, FillTheLineFromTopToBottom) {
    EXPECT_EQ(in_columns({"a", "bb", "c", "d", "e"}, 8), "a   d\nbb  e\nc\n");
    EXPECT_EQ(in_columns({"long name", "b"}, 4), "long name\nb\n");
    EXPECT_EQ(in_columns({"a", "b", "c"}, 80, 2), "a  b\nand 1 more\n");
    EXPECT_EQ(in_columns({}, 80), "");
}

TEST(Prompt, HasServerStateAndDirectory) {
    PromptState state;
    state.server = "zk1:2181";
    state.state = "suspended";
    state.directory = "/app";
    EXPECT_EQ(prompt_text(state), "[zk1:2181 suspended] /app> ");
    state.in_transaction = true;
    EXPECT_EQ(prompt_text(state), "[zk1:2181 suspended] /app txn> ");
    state.server = std::string(100, 'x');
    EXPECT_EQ(prompt_text(state).find(std::string(38, 'x')), std::string::npos);
}

TEST(Prompt, ColoursTakeNoPlace) {
    PromptState state;
    state.server = "s";
    state.state = "connected";
    state.directory = "/";
    const std::size_t width = width_of(prompt_text(state));
    EXPECT_EQ(width, prompt_text(state).size());
    state.colours = true;
    EXPECT_GT(prompt_text(state).size(), width);
    EXPECT_EQ(width_of(prompt_text(state)), width);
}

TEST(Prompt, RowOfTheCursor) {
    EXPECT_EQ(cursor_row("> ", "", 10), 0U);
    EXPECT_EQ(cursor_row("> ", "1234567", 10), 0U);
    EXPECT_EQ(cursor_row("> ", "12345678", 10), 1U);
    EXPECT_EQ(cursor_row("> ", std::string(30, 'x'), 10), 3U);
    EXPECT_EQ(cursor_row("> ", "x", 0), 0U);
    ASSERT_NE(std::setlocale(LC_CTYPE, "C.UTF-8"), nullptr);
    EXPECT_EQ(width_of("äöü"), 3U);
    EXPECT_EQ(width_of("漢字"), 4U);
    EXPECT_EQ(width_of("\xff\xfe"), 2U);
}

class Remembering : public testing::Test {
protected:
    void SetUp() override {
        std::string name = (std::filesystem::temp_directory_path() / "kazoo-XXXXXX").string();
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        folder_ = name;
        file_ = (folder_ / "state" / "kazoo" / "history").string();
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    [[nodiscard]] Names file() const {
        std::ifstream in(file_);
        Names lines;
        for (std::string line; std::getline(in, line);) {
            lines.push_back(line);
        }
        return lines;
    }

    std::filesystem::path folder_;
    std::string file_;
};

TEST_F(Remembering, LinesAreInTheFileAtOnceAndForTheNextShell) {
    History one(file_);
    EXPECT_TRUE(one.add("ls /"));
    EXPECT_FALSE(one.add("ls /"));
    EXPECT_TRUE(one.add("get /a"));
    EXPECT_THAT(file(), ElementsAre("ls /", "get /a"));
    EXPECT_THAT(History(file_).lines(), ElementsAre("ls /", "get /a"));
    struct stat status {};
    ASSERT_EQ(::stat(file_.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(Remembering, SecretsAreLeftOut) {
    History history(file_);
    for (const char* const line :
         {"addauth digest u:p",
          " get /a",
          "\tx",
          "--format json addauth digest u:p",
          "'addauth' digest u:p",
          "auth digest file",
          "",
          "set /a 'x\ny'"}) {
        EXPECT_FALSE(history.add(line)) << line;
    }
    EXPECT_THAT(history.lines(), IsEmpty());
    EXPECT_FALSE(std::filesystem::exists(file_));
}

TEST_F(Remembering, IsLimited) {
    {
        History history(file_);
        for (std::size_t i = 0; i < 2 * History::most_lines + 1; ++i) {
            history.add("get /" + std::to_string(i));
        }
        EXPECT_EQ(history.lines().size(), History::most_lines);
    }
    const History next(file_);
    EXPECT_EQ(next.lines().size(), History::most_lines);
    EXPECT_EQ(next.lines().back(), "get /" + std::to_string(2 * History::most_lines));
    EXPECT_EQ(file().size(), History::most_lines);
}

TEST_F(Remembering, AFileThatCannotBeWrittenIsNoError) {
    History history("/proc/nothing/history");
    EXPECT_TRUE(history.add("ls"));
    History none("");
    EXPECT_TRUE(none.add("ls"));
}

}  // namespace
}  // namespace tool
