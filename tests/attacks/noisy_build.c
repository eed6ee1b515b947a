// Tries: the compiler's message is a book, with control characters and
// HTML.
// aims at: the build
// state: not built
#include "stub.h"
#define A(x) x x x x x x x x x x
#pragma message("\033]0;owned\007\033[2J<script>alert(1)</script>")
#define WRONG int = "<script>alert(2)</script>";
A(A(A(A(WRONG))))
