// SPDX-License-Identifier: Apache-2.0
#include "ui/browser.hpp"

#include "cli/exit_code.hpp"
#include "run/program.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace tool::ui {
namespace {

/// Creates a folder that only this user may enter.
std::string private_folder() {
    std::error_code ignored;
    std::string name = (std::filesystem::temp_directory_path(ignored) / "kazoo-ui-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
        throw Failure(
            ExitCode::failed,
            "cannot create a folder like " + name + ": " + std::generic_category().message(errno)
        );
    }
    return name;
}

}  // namespace

Browser::Browser(const std::string& url)
    : folder_(private_folder()), file_(folder_ + "/open.html") {
    std::ofstream out(file_);
    out << "<!DOCTYPE html><meta charset=\"utf-8\"><title>kazoo</title>"
           "<meta http-equiv=\"refresh\" content=\"0;url="
        << url << "\">\n";
    out.close();
    if (!out) {
        throw Failure(ExitCode::failed, "cannot write " + file_);
    }
    opener_ = start_program({"xdg-open", file_}, {});
}

Browser::~Browser() {
    ::waitpid(opener_, nullptr, WNOHANG);
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

}  // namespace tool::ui
