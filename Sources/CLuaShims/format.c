// string.format: %d %i %c %x %X %o %e %E %f %g %G %s %%, flags "-+ #0", width and precision of at
// most two digits. No %p, which would print an address; no %q and %a.

#include "host.h"

#include <stdio.h>

// %99.99f of the largest number: 309 digits, a point, 99 more.
enum { ITEM_MAX = 512, SPEC_MAX = 12 };

static int is_digit(char c) { return c >= '0' && c <= '9'; }

// Copies "%flags width.precision" to `spec`; returns the place of the conversion.
static const char *read_spec(lua_State *state, const char *text, const char *end, char *spec) {
    const char *at = text;
    while (at < end && *at != 0 && strchr("-+ #0", *at)) at++;
    int flags = (int)(at - text);
    for (int digits = 0; at < end && digits < 2 && is_digit(*at); digits++) at++;
    if (at < end && *at == '.') {
        at++;
        for (int digits = 0; at < end && digits < 2 && is_digit(*at); digits++) at++;
    }
    if (at >= end || is_digit(*at) || flags > 5 || at - text > SPEC_MAX - 5)
        luaL_error(state, "invalid conversion '%%' to 'format'");
    *spec++ = '%';
    memcpy(spec, text, (size_t)(at - text));
    spec[at - text] = 0;
    return at;
}

static void extend(char *spec, const char *conversion) { strcat(spec, conversion); }

static void add_integer(
    lua_State *state, entrepot_lua *host, size_t base, char *spec, char conversion, int argument) {
    char item[ITEM_MAX];
    lua_Integer number = luaL_checkinteger(state, argument);
    char kind[] = {'l', 'l', conversion, 0};
    extend(spec, kind);
    int length = snprintf(item, sizeof item, spec, number);
    entrepot_scratch_add(state, host, base, item, (size_t)length);
}

static void add_number(
    lua_State *state, entrepot_lua *host, size_t base, char *spec, char conversion, int argument) {
    char item[ITEM_MAX];
    lua_Number number = luaL_checknumber(state, argument);
    char kind[] = {conversion, 0};
    extend(spec, kind);
    int length = snprintf(item, sizeof item, spec, number);
    spend(state, host, 4);
    entrepot_scratch_add(state, host, base, item, (size_t)length);
}

static void add_string(
    lua_State *state, entrepot_lua *host, size_t base, const char *spec, int argument) {
    luaL_checkany(state, argument);
    entrepot_push_text(state, argument);
    size_t length;
    const char *bytes = lua_tolstring(state, -1, &length);
    int left = 0;
    size_t width = 0;
    for (spec++; *spec != 0 && !is_digit(*spec) && *spec != '.'; spec++) left |= *spec == '-';
    for (; is_digit(*spec); spec++) width = width * 10 + (size_t)(*spec - '0');
    if (*spec == '.') {
        size_t most = 0;
        for (spec++; is_digit(*spec); spec++) most = most * 10 + (size_t)(*spec - '0');
        if (length > most) length = most;
    }
    size_t padding = width > length ? width - length : 0;
    if (!left) entrepot_scratch_fill(state, host, base, ' ', padding);
    entrepot_scratch_add(state, host, base, bytes, length);
    if (left) entrepot_scratch_fill(state, host, base, ' ', padding);
    lua_settop(state, -2);
}

int entrepot_format(lua_State *state) {
    entrepot_lua *host = owner(state);
    size_t size;
    const char *text = luaL_checklstring(state, 1, &size);
    const char *end = text + size;
    size_t base = host->scratch_length;
    int argument = 1;
    while (text < end) {
        const char *percent = memchr(text, '%', (size_t)(end - text));
        size_t plain = percent ? (size_t)(percent - text) : (size_t)(end - text);
        entrepot_scratch_add(state, host, base, text, plain);
        spend(state, host, 2);
        if (percent == NULL) break;
        text = percent + 1;
        if (text < end && *text == '%') {
            entrepot_scratch_add(state, host, base, text++, 1);
            continue;
        }
        char spec[SPEC_MAX + 4];
        text = read_spec(state, text, end, spec);
        char conversion = *text++;
        argument++;
        switch (conversion) {
        case 'd': case 'i': case 'x': case 'X': case 'o':
            add_integer(state, host, base, spec, conversion, argument);
            break;
        case 'e': case 'E': case 'f': case 'g': case 'G':
            add_number(state, host, base, spec, conversion, argument);
            break;
        case 'c': {
            char byte = (char)luaL_checkinteger(state, argument);
            entrepot_scratch_add(state, host, base, &byte, 1);
            break;
        }
        case 's': add_string(state, host, base, spec, argument); break;
        default: return luaL_error(state, "invalid conversion '%%%c' to 'format'", conversion);
        }
    }
    entrepot_scratch_push(state, host, base);
    return 1;
}
