#include <curl/curl.h>

/* curl_easy_setopt(3) and curl_easy_getinfo(3) take arguments of any type, which Swift cannot call: one function for each type. */

static inline CURLcode gatehouse_curl_set_long(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

/* For sizes such as CURLOPT_INFILESIZE_LARGE. */
static inline CURLcode gatehouse_curl_set_offset(CURL *handle, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(handle, option, value);
}

/* libcurl copies the text. */
static inline CURLcode gatehouse_curl_set_string(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}

/* For the data of callbacks and the buffer of CURLOPT_ERRORBUFFER, which must outlive the transfer. */
static inline CURLcode gatehouse_curl_set_pointer(CURL *handle, CURLoption option, void *value) {
    return curl_easy_setopt(handle, option, value);
}

/* The list must outlive the transfer. */
static inline CURLcode gatehouse_curl_set_list(CURL *handle, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt(handle, option, value);
}

/* Where the bytes to send come from. */
static inline CURLcode gatehouse_curl_set_read(CURL *handle, curl_read_callback callback, void *data) {
    CURLcode code = curl_easy_setopt(handle, CURLOPT_READFUNCTION, callback);
    return code != CURLE_OK ? code : curl_easy_setopt(handle, CURLOPT_READDATA, data);
}

/* Who is shown the dialogue with the server. */
static inline CURLcode gatehouse_curl_set_debug(CURL *handle, curl_debug_callback callback, void *data) {
    CURLcode code = curl_easy_setopt(handle, CURLOPT_DEBUGFUNCTION, callback);
    if (code == CURLE_OK) code = curl_easy_setopt(handle, CURLOPT_DEBUGDATA, data);
    return code != CURLE_OK ? code : curl_easy_setopt(handle, CURLOPT_VERBOSE, 1L);
}

/* Who is asked, about once a second, whether to go on. */
static inline CURLcode gatehouse_curl_set_progress(CURL *handle, curl_xferinfo_callback callback, void *data) {
    CURLcode code = curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, callback);
    if (code == CURLE_OK) code = curl_easy_setopt(handle, CURLOPT_XFERINFODATA, data);
    return code != CURLE_OK ? code : curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
}

static inline CURLcode gatehouse_curl_get_long(CURL *handle, CURLINFO info, long *value) {
    return curl_easy_getinfo(handle, info, value);
}

/* curl_global_init(3) with CURL_GLOBAL_DEFAULT, which is no constant for Swift. */
static inline CURLcode gatehouse_curl_start(void) {
    return curl_global_init(CURL_GLOBAL_DEFAULT);
}
