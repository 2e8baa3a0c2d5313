// Refused by design: see CMakeLists.txt beside it.
std::string name();
