#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <stdint.h>
#include <time.h>

// What OpenSSL writes as a macro, Swift cannot call: the same under a name of its own.

static inline int copenssl_set_oldest_version(SSL_CTX *context, int version) {
    return (int)SSL_CTX_set_min_proto_version(context, version);
}

// No renegotiation and no compression; the server's order of ciphers, but ChaCha20 for those who
// have no AES in hardware. RESP and HTTP say themselves where a message ends: a stream that is cut
// is noticed there. Buffers may move between calls, and idle connections keep none.
static inline void copenssl_set_rules(SSL_CTX *context) {
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                     SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA |
                                     SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                  SSL_MODE_RELEASE_BUFFERS | SSL_MODE_AUTO_RETRY);
    // Tickets carry what a resumed session needs; nothing is kept here.
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
}

static inline int copenssl_set_server_name(SSL *session, const char *name) {
    return (int)SSL_set_tlsext_host_name(session, name);
}

static inline int copenssl_is_library_reason(unsigned long error, int reason) {
    return ERR_GET_LIB(error) == ERR_LIB_SSL && ERR_GET_REASON(error) == reason;
}

// RFC 2253 escapes what is not printable.
static inline int copenssl_print_name(BIO *output, const X509_NAME *name) {
    return X509_NAME_print_ex(output, name, 0, XN_FLAG_RFC2253);
}

// Seconds since 1970; 0 for a time that makes no sense.
static inline int64_t copenssl_unix_seconds(const ASN1_TIME *moment) {
    struct tm parts;
    if (!moment || !ASN1_TIME_to_tm(moment, &parts)) return 0;
    return (int64_t)timegm(&parts);
}

// A key that is not the certificate's: of another pair, or of another kind.
static inline int copenssl_is_mismatch(unsigned long error) {
    int reason = ERR_GET_REASON(error);
    if (ERR_GET_LIB(error) == ERR_LIB_X509)
        return reason == X509_R_KEY_VALUES_MISMATCH || reason == X509_R_KEY_TYPE_MISMATCH;
    return ERR_GET_LIB(error) == ERR_LIB_SSL && reason == SSL_R_NO_CERTIFICATE_ASSIGNED;
}
