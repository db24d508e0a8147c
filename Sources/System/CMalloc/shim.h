#if defined(__has_include) && __has_include(<malloc.h>)
#include <malloc.h>
#endif
