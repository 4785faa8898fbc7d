/*
 * coverage_exit.h: a child that ends by _exit() writes its counts too. Put
 * before every source by `make coverage`.
 */
#ifndef TESTS_COVERAGE_EXIT_H
#define TESTS_COVERAGE_EXIT_H

_Noreturn void _exit(int status);
void __gcov_dump(void);

static inline _Noreturn void
coverage_exit(int status)
{
    __gcov_dump();
    _exit(status);
}
#define _exit(status) coverage_exit(status)

#endif
