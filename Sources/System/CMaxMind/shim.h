#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>

/* memfd_create(2), which the C library's headers declare under a GNU macro alone. */
static inline int gatehouse_memory_file(const char *name) {
    return (int)syscall(SYS_memfd_create, name, 1U /* MFD_CLOEXEC */);
}
#endif

#include <maxminddb.h>
