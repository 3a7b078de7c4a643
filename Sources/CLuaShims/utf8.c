// The utf8 library: strict UTF-8 only (no surrogates, nothing above U+10FFFF), each byte counted.

#include "host.h"

// Decodes the character at `bytes`; its length, or 0 where there is no valid one.
static size_t decode(const unsigned char *bytes, size_t left, uint32_t *code) {
    if (left == 0) return 0;
    unsigned char first = bytes[0];
    if (first < 0x80) {
        *code = first;
        return 1;
    }
    size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 0;
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (length == 0 || first > 0xf4 || left < length) return 0;
    uint32_t value = first & (0x7fu >> length);
    for (size_t index = 1; index < length; index++) {
        if ((bytes[index] & 0xc0) != 0x80) return 0;
        value = value << 6 | (bytes[index] & 0x3f);
    }
    if (value < least[length] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) return 0;
    *code = value;
    return length;
}

static int continues(const unsigned char *bytes, size_t length, size_t at) {
    return at < length && (bytes[at] & 0xc0) == 0x80;
}

static int utf8_char(lua_State *state) {
    entrepot_lua *host = owner(state);
    int count = lua_gettop(state);
    size_t base = host->scratch_length;
    spend(state, host, count);
    for (int index = 1; index <= count; index++) {
        lua_Unsigned code = (lua_Unsigned)luaL_checkinteger(state, index);
        luaL_argcheck(state, code <= 0x10ffff && (code < 0xd800 || code > 0xdfff), index,
            "value out of range");
        unsigned char bytes[4];
        size_t length = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
        for (size_t at = length; at-- > 1; code >>= 6)
            bytes[at] = (unsigned char)(0x80 | (code & 0x3f));
        static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
        bytes[0] = (unsigned char)(lead[length] | code);
        entrepot_scratch_add(state, host, base, bytes, length);
    }
    entrepot_scratch_push(state, host, base);
    return 1;
}

static int utf8_len(lua_State *state) {
    size_t length;
    const unsigned char *bytes = (const unsigned char *)luaL_checklstring(state, 1, &length);
    size_t at = entrepot_position(luaL_optinteger(state, 2, 1), length);
    size_t last = entrepot_position(luaL_optinteger(state, 3, -1), length);
    luaL_argcheck(state, at >= 1 && at <= length + 1, 2, "initial position out of bounds");
    luaL_argcheck(state, last <= length, 3, "final position out of bounds");
    lua_Integer count = 0;
    for (at--; at < last; count++) {
        uint32_t code;
        spend(state, owner(state), 1);
        size_t size = decode(bytes + at, length - at, &code);
        if (size == 0) {
            lua_pushnil(state);
            lua_pushinteger(state, (lua_Integer)at + 1);
            return 2;
        }
        at += size;
    }
    lua_pushinteger(state, count);
    return 1;
}

static int utf8_codepoint(lua_State *state) {
    size_t length;
    const unsigned char *bytes = (const unsigned char *)luaL_checklstring(state, 1, &length);
    lua_Integer first = luaL_optinteger(state, 2, 1);
    size_t at = entrepot_position(first, length);
    size_t last = entrepot_position(luaL_optinteger(state, 3, (lua_Integer)at), length);
    luaL_argcheck(state, at >= 1, 2, "out of bounds");
    luaL_argcheck(state, last <= length, 3, "out of bounds");
    if (at > last) return 0;
    luaL_argcheck(state, last - at < 4000, 3, "string slice too long");
    luaL_checkstack(state, (int)(last - at) + 1, "string slice too long");
    int count = 0;
    for (at--; at < last; count++) {
        uint32_t code;
        spend(state, owner(state), 1);
        size_t size = decode(bytes + at, length - at, &code);
        if (size == 0) return luaL_error(state, "invalid UTF-8 code");
        lua_pushinteger(state, code);
        at += size;
    }
    return count;
}

static int utf8_offset(lua_State *state) {
    size_t length;
    const unsigned char *bytes = (const unsigned char *)luaL_checklstring(state, 1, &length);
    lua_Integer wanted = luaL_checkinteger(state, 2);
    size_t at = entrepot_position(
        luaL_optinteger(state, 3, wanted >= 0 ? 1 : (lua_Integer)length + 1), length);
    luaL_argcheck(state, at >= 1 && at <= length + 1, 3, "position out of bounds");
    at--;
    entrepot_lua *host = owner(state);
    if (wanted == 0) {
        for (; at > 0 && continues(bytes, length, at); at--) spend(state, host, 1);
        lua_pushinteger(state, (lua_Integer)at + 1);
        return 1;
    }
    if (continues(bytes, length, at))
        return luaL_error(state, "initial position is a continuation byte");
    for (; wanted < 0 && at > 0; wanted++)
        do {
            spend(state, host, 1);
            at--;
        } while (at > 0 && continues(bytes, length, at));
    if (wanted > 0) {
        for (wanted--; wanted > 0 && at < length; wanted--)
            do {
                spend(state, host, 1);
                at++;
            } while (continues(bytes, length, at));
    }
    if (wanted == 0) lua_pushinteger(state, (lua_Integer)at + 1);
    else lua_pushnil(state);
    return 1;
}

static int codes_step(lua_State *state) {
    size_t length;
    const unsigned char *bytes = (const unsigned char *)luaL_checklstring(state, 1, &length);
    lua_Unsigned at = (lua_Unsigned)luaL_checkinteger(state, 2);
    // `at` is the position of the last character, counted from 1, or 0.
    if (at > length) return 0;
    while (continues(bytes, length, at)) {
        spend(state, owner(state), 1);
        at++;
    }
    if (at >= length) return 0;
    uint32_t code;
    size_t size = decode(bytes + at, length - at, &code);
    if (size == 0 || continues(bytes, length, at + size))
        return luaL_error(state, "invalid UTF-8 code");
    lua_pushinteger(state, (lua_Integer)at + 1);
    lua_pushinteger(state, code);
    return 2;
}

static int utf8_codes(lua_State *state) {
    size_t length;
    const unsigned char *bytes = (const unsigned char *)luaL_checklstring(state, 1, &length);
    luaL_argcheck(state, !continues(bytes, length, 0), 1, "invalid UTF-8 code");
    lua_pushcfunction(state, codes_step);
    lua_pushvalue(state, 1);
    lua_pushinteger(state, 0);
    return 3;
}

static const luaL_Reg functions[] = {
    {"char", utf8_char}, {"codepoint", utf8_codepoint}, {"codes", utf8_codes},
    {"len", utf8_len},   {"offset", utf8_offset},       {NULL, NULL},
};

void entrepot_open_utf8(lua_State *state) {
    luaL_newlibtable(state, functions);
    luaL_setfuncs(state, functions, 0);
    lua_pushlstring(state, "[\0-\x7F\xC2-\xFD][\x80-\xBF]*", 14);
    lua_setfield(state, -2, "charpattern");
    entrepot_publish(state, "utf8");
}
