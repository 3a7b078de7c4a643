#pragma once

// libcurl for Swift: its variadic calls with one type each, and the macros Swift cannot see.

#include <curl/curl.h>

static inline CURLcode ccurl_global_init(void) { return curl_global_init(CURL_GLOBAL_DEFAULT); }

static inline CURLcode ccurl_set_long(CURL *easy, CURLoption option, long value) {
    return (curl_easy_setopt)(easy, option, value);
}

static inline CURLcode ccurl_set_offset(CURL *easy, CURLoption option, curl_off_t value) {
    return (curl_easy_setopt)(easy, option, value);
}

// curl copies the text.
static inline CURLcode ccurl_set_text(CURL *easy, CURLoption option, const char *value) {
    return (curl_easy_setopt)(easy, option, value);
}

// curl keeps the pointer.
static inline CURLcode ccurl_set_pointer(CURL *easy, CURLoption option, const void *value) {
    return (curl_easy_setopt)(easy, option, value);
}

static inline CURLcode ccurl_set_list(CURL *easy, CURLoption option, struct curl_slist *value) {
    return (curl_easy_setopt)(easy, option, value);
}

// Every callback of a transfer, each called with `context`.
struct ccurl_callbacks {
    curl_write_callback head;
    curl_write_callback body;
    curl_read_callback source;
    curl_opensocket_callback open_socket;
    curl_closesocket_callback close_socket;
};

static inline CURLcode ccurl_set_callbacks(
    CURL *easy, const struct ccurl_callbacks *callbacks, void *context
) {
    CURLcode status = CURLE_OK;
#define SET(option, value) if (status == CURLE_OK) status = (curl_easy_setopt)(easy, option, value)
    SET(CURLOPT_HEADERFUNCTION, callbacks->head);
    SET(CURLOPT_HEADERDATA, context);
    SET(CURLOPT_WRITEFUNCTION, callbacks->body);
    SET(CURLOPT_WRITEDATA, context);
    SET(CURLOPT_READFUNCTION, callbacks->source);
    SET(CURLOPT_READDATA, context);
    SET(CURLOPT_OPENSOCKETFUNCTION, callbacks->open_socket);
    SET(CURLOPT_OPENSOCKETDATA, context);
    SET(CURLOPT_CLOSESOCKETFUNCTION, callbacks->close_socket);
    SET(CURLOPT_CLOSESOCKETDATA, context);
#undef SET
    return status;
}

// The kernel's address behind it: longer than the member that names it, `addrlen` bytes.
static inline const void *ccurl_address(const struct curl_sockaddr *wanted) {
    return &wanted->addr;
}

static inline CURLMcode ccurl_set_connections(CURLM *multi, long maximum) {
    return (curl_multi_setopt)(multi, CURLMOPT_MAXCONNECTS, maximum);
}

static inline long ccurl_get_long(CURL *easy, CURLINFO info) {
    long value = 0;
    return (curl_easy_getinfo)(easy, info, &value) == CURLE_OK ? value : 0;
}

static inline curl_off_t ccurl_get_offset(CURL *easy, CURLINFO info) {
    curl_off_t value = 0;
    return (curl_easy_getinfo)(easy, info, &value) == CURLE_OK ? value : 0;
}

// NULL where there is none; valid until the next transfer.
static inline const char *ccurl_get_text(CURL *easy, CURLINFO info) {
    char *value = NULL;
    return (curl_easy_getinfo)(easy, info, &value) == CURLE_OK ? value : NULL;
}

// The result of the one transfer of `multi`, once none is running any more.
static inline CURLcode ccurl_take_result(CURLM *multi) {
    int waiting;
    CURLMsg *message;
    while ((message = curl_multi_info_read(multi, &waiting)) != NULL) {
        if (message->msg == CURLMSG_DONE) return message->data.result;
    }
    return CURLE_FAILED_INIT;
}
