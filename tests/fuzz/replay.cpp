// SPDX-License-Identifier: Apache-2.0
// Replaces the fuzzer: runs every file of the given directories as an input.
#include "fuzz/harness.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace {

std::vector<std::filesystem::path> files_in(const char* directory) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(directory)) {
        files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    return files;
}

void replay(const std::filesystem::path& file) {
    std::printf("%s\n", file.filename().c_str());
    std::fflush(stdout);  // in case this input crashes
    std::ifstream in(file, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    const std::vector<std::uint8_t> bytes(text.begin(), text.end());
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

}  // namespace

int main(int argc, char** argv) {
    std::size_t replayed = 0;
    for (int i = 1; i < argc; ++i) {
        for (const auto& file : files_in(argv[i])) {
            replay(file);
            ++replayed;
        }
    }
    LLVMFuzzerTestOneInput(nullptr, 0);
    if (replayed == 0) {
        std::fprintf(stderr, "there is nothing to replay\n");
        return 1;
    }
    std::printf("%zu inputs\n", replayed);
}
