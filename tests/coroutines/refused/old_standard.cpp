// Refused by design: see CMakeLists.txt beside this folder.
#include <kazoo/kazoo.hpp>
