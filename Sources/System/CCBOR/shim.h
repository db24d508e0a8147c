#include <cbor.h>

/* Frees what cbor_serialize_alloc has allocated: with free(3), or, where libcbor is built so, with its own. */
static inline void gatehouse_cbor_free(void *buffer) {
    _CBOR_FREE(buffer);
}
