// find, match, gmatch and gsub with the patterns of Lua 5.4. The matcher follows the algorithm of
// Lua's own lstrlib.c (MIT licence, PUC-Rio); it counts every step, so that no pattern can run
// longer than the budget, and bounds its depth.

#include "host.h"

enum { CAPTURES_MAX = 32, DEPTH_MAX = 160, ESCAPE = '%' };
enum { UNFINISHED = -1, POSITION = -2 };

typedef struct {
    lua_State *state;
    entrepot_lua *host;
    const char *source;
    const char *source_end;
    const char *pattern_end;
    int depth;
    int level;  // captures so far, finished or not
    struct {
        const char *start;
        ptrdiff_t length;
    } capture[CAPTURES_MAX];
} matcher;

static const char *match(matcher *m, const char *s, const char *p);

static inline void step(matcher *m, int64_t steps) { spend(m->state, m->host, steps); }

// Classes of ASCII, the same under every locale.
static int is_upper(int c) { return c >= 'A' && c <= 'Z'; }
static int is_lower(int c) { return c >= 'a' && c <= 'z'; }
static int is_digit(int c) { return c >= '0' && c <= '9'; }
static int is_graph(int c) { return c > ' ' && c < 127; }

static int in_class(int c, int class) {
    int found;
    switch (is_upper(class) ? class + 32 : class) {
    case 'a': found = is_upper(c) || is_lower(c); break;
    case 'c': found = c < 32 || c == 127; break;
    case 'd': found = is_digit(c); break;
    case 'g': found = is_graph(c); break;
    case 'l': found = is_lower(c); break;
    case 'p': found = is_graph(c) && !is_upper(c) && !is_lower(c) && !is_digit(c); break;
    case 's': found = c == ' ' || (c >= '\t' && c <= '\r'); break;
    case 'u': found = is_upper(c); break;
    case 'w': found = is_upper(c) || is_lower(c) || is_digit(c); break;
    case 'z': found = c == 0; break;
    case 'x': found = is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); break;
    default: return class == c;
    }
    return is_upper(class) ? !found : found;
}

// The end of the single class at p.
static const char *class_end(matcher *m, const char *p) {
    if (p == m->pattern_end) luaL_error(m->state, "malformed pattern (ends with '%%')");
    if (*p++ == ESCAPE) {
        if (p == m->pattern_end) luaL_error(m->state, "malformed pattern (ends with '%%')");
        return p + 1;
    }
    if (p[-1] != '[') return p;
    const char *begin = p;
    if (p < m->pattern_end && *p == '^') p++;
    do {  // the first character of a set may be ']'
        if (p == m->pattern_end) luaL_error(m->state, "malformed pattern (missing ']')");
        if (*p++ == ESCAPE) {
            if (p == m->pattern_end) luaL_error(m->state, "malformed pattern (missing ']')");
            p++;
        }
    } while (p == m->pattern_end || *p != ']');
    step(m, (p - begin) >> 3);
    return p + 1;
}

// p is at '[', end at its ']'.
static int in_set(matcher *m, int c, const char *p, const char *end) {
    int wanted = 1;
    step(m, (end - p) >> 3);
    if (p[1] == '^') {
        wanted = 0;
        p++;
    }
    while (++p < end) {
        if (*p == ESCAPE) {
            p++;
            if (in_class(c, (unsigned char)*p)) return wanted;
        } else if (p[1] == '-' && p + 2 < end) {
            p += 2;
            if ((unsigned char)p[-2] <= c && c <= (unsigned char)*p) return wanted;
        } else if ((unsigned char)*p == c) {
            return wanted;
        }
    }
    return !wanted;
}

static int single(matcher *m, const char *s, const char *p, const char *end) {
    if (s >= m->source_end) return 0;
    int c = (unsigned char)*s;
    switch (*p) {
    case '.': return 1;
    case ESCAPE: return in_class(c, (unsigned char)p[1]);
    case '[': return in_set(m, c, p, end - 1);
    default: return (unsigned char)*p == c;
    }
}

static const char *balanced(matcher *m, const char *s, const char *p) {
    if (p >= m->pattern_end - 1)
        luaL_error(m->state, "malformed pattern (missing arguments to '%%b')");
    if (s >= m->source_end || *s != *p) return NULL;
    int nesting = 1;
    while (++s < m->source_end) {
        step(m, 1);
        if (*s == p[1]) {
            if (--nesting == 0) return s + 1;
        } else if (*s == p[0]) {
            nesting++;
        }
    }
    return NULL;
}

static const char *longest(matcher *m, const char *s, const char *p, const char *end) {
    ptrdiff_t count = 0;
    while (single(m, s + count, p, end)) {
        step(m, 1);
        count++;
    }
    for (; count >= 0; count--) {
        const char *result = match(m, s + count, end + 1);
        if (result) return result;
    }
    return NULL;
}

static const char *shortest(matcher *m, const char *s, const char *p, const char *end) {
    for (;; s++) {
        const char *result = match(m, s, end + 1);
        if (result) return result;
        if (!single(m, s, p, end)) return NULL;
    }
}

static const char *open_capture(matcher *m, const char *s, const char *p, ptrdiff_t what) {
    if (m->level >= CAPTURES_MAX) luaL_error(m->state, "too many captures");
    m->capture[m->level].start = s;
    m->capture[m->level].length = what;
    m->level++;
    const char *result = match(m, s, p);
    if (result == NULL) m->level--;
    return result;
}

static const char *close_capture(matcher *m, const char *s, const char *p) {
    int level = m->level;
    do {
        if (--level < 0) luaL_error(m->state, "invalid pattern capture");
    } while (m->capture[level].length != UNFINISHED);
    m->capture[level].length = s - m->capture[level].start;
    const char *result = match(m, s, p);
    if (result == NULL) m->capture[level].length = UNFINISHED;
    return result;
}

static const char *same_again(matcher *m, const char *s, int which) {
    which -= '1';
    if (which < 0 || which >= m->level || m->capture[which].length == UNFINISHED)
        luaL_error(m->state, "invalid capture index %%%d", which + 1);
    ptrdiff_t length = m->capture[which].length;
    if (length == POSITION) length = 0;
    step(m, length >> 4);
    if (m->source_end - s < length || memcmp(m->capture[which].start, s, (size_t)length) != 0)
        return NULL;
    return s + length;
}

static const char *frontier(matcher *m, const char *s, const char *p, const char **rest) {
    if (p >= m->pattern_end || *p != '[')
        luaL_error(m->state, "missing '[' after '%%f' in pattern");
    const char *end = class_end(m, p);
    int before = s == m->source ? 0 : (unsigned char)s[-1];
    int here = s == m->source_end ? 0 : (unsigned char)*s;
    if (in_set(m, before, p, end - 1) || !in_set(m, here, p, end - 1)) return NULL;
    *rest = end;
    return s;
}

// What '%' followed by b, f or a digit matches; sets *rest behind it.
static const char *escaped(matcher *m, const char *s, const char *p, const char **rest) {
    if (p[1] == 'b') {
        *rest = p + 4;
        return balanced(m, s, p + 2);
    }
    if (p[1] == 'f') return frontier(m, s, p + 2, rest);
    *rest = p + 2;
    return same_again(m, s, (unsigned char)p[1]);
}

static int is_special(matcher *m, const char *p) {
    return *p == ESCAPE && p + 1 < m->pattern_end
        && (p[1] == 'b' || p[1] == 'f' || is_digit((unsigned char)p[1]));
}

// The end of the match of the pattern p at s, or NULL. Recursion only where a choice is kept.
static const char *match_here(matcher *m, const char *s, const char *p) {
    while (p != m->pattern_end) {
        step(m, 1);
        if (*p == '(') {
            int position = p + 1 < m->pattern_end && p[1] == ')';
            return open_capture(m, s, p + 1 + position, position ? POSITION : UNFINISHED);
        }
        if (*p == ')') return close_capture(m, s, p + 1);
        if (*p == '$' && p + 1 == m->pattern_end) return s == m->source_end ? s : NULL;
        if (is_special(m, p)) {
            s = escaped(m, s, p, &p);
            if (s == NULL) return NULL;
            continue;
        }
        const char *end = class_end(m, p);
        char suffix = end < m->pattern_end ? *end : 0;
        int matches = single(m, s, p, end);
        switch (suffix) {
        case '?':
            if (matches) {
                const char *result = match(m, s + 1, end + 1);
                if (result) return result;
            }
            p = end + 1;
            continue;
        case '+': return matches ? longest(m, s + 1, p, end) : NULL;
        case '*': return longest(m, s, p, end);
        case '-': return shortest(m, s, p, end);
        default:
            if (!matches) return NULL;
            s++;
            p = end;
        }
    }
    return s;
}

static const char *match(matcher *m, const char *s, const char *p) {
    if (--m->depth == 0) luaL_error(m->state, "pattern too complex");
    const char *result = match_here(m, s, p);
    m->depth++;
    return result;
}

static void prepare(
    matcher *m, lua_State *state, const char *source, size_t length, const char *pattern,
    size_t pattern_length) {
    m->state = state;
    m->host = owner(state);
    m->source = source;
    m->source_end = source + length;
    m->pattern_end = pattern + pattern_length;
}

static const char *attempt(matcher *m, const char *s, const char *p) {
    m->level = 0;
    m->depth = DEPTH_MAX;
    step(m, 1);
    return match(m, s, p);
}

static void push_capture(matcher *m, int index, const char *s, const char *end) {
    if (index >= m->level) {
        if (index != 0) luaL_error(m->state, "invalid capture index %%%d", index + 1);
        lua_pushlstring(m->state, s, (size_t)(end - s));
    } else if (m->capture[index].length == POSITION) {
        lua_pushinteger(m->state, m->capture[index].start - m->source + 1);
    } else if (m->capture[index].length == UNFINISHED) {
        luaL_error(m->state, "unfinished capture");
    } else {
        lua_pushlstring(m->state, m->capture[index].start, (size_t)m->capture[index].length);
    }
}

static int push_captures(matcher *m, const char *s, const char *end) {
    int count = m->level == 0 && s ? 1 : m->level;
    luaL_checkstack(m->state, count, "too many captures");
    for (int index = 0; index < count; index++) push_capture(m, index, s, end);
    return count;
}

static int is_plain(const char *pattern, size_t length) {
    for (size_t index = 0; index < length; index++)
        if (pattern[index] != 0 && strchr("^$*+?.([%-", pattern[index])) return 0;
    return 1;
}

static const char *find_plain(
    lua_State *state, const char *source, size_t length, const char *needle, size_t needle_length) {
    entrepot_lua *host = owner(state);
    if (needle_length == 0) return source;
    while (length >= needle_length) {
        size_t last = length - needle_length + 1;
        const char *here = memchr(source, needle[0], last);
        size_t read = (here ? (size_t)(here - source) : last) + needle_length;
        spend(state, host, 1 + (int64_t)(read >> 5));
        if (here == NULL) return NULL;
        if (memcmp(here, needle, needle_length) == 0) return here;
        length -= (size_t)(here - source) + 1;
        source = here + 1;
    }
    return NULL;
}

static int find_or_match(lua_State *state, int find) {
    size_t length, pattern_length;
    const char *source = luaL_checklstring(state, 1, &length);
    const char *pattern = luaL_checklstring(state, 2, &pattern_length);
    size_t start = entrepot_position(luaL_optinteger(state, 3, 1), length);
    if (start == 0) start = 1;
    if (start > length + 1) {
        lua_pushnil(state);
        return 1;
    }
    if (find && (lua_toboolean(state, 4) || is_plain(pattern, pattern_length))) {
        const char *here = find_plain(
            state, source + start - 1, length - start + 1, pattern, pattern_length);
        if (here) {
            lua_pushinteger(state, here - source + 1);
            lua_pushinteger(state, here - source + (lua_Integer)pattern_length);
            return 2;
        }
        lua_pushnil(state);
        return 1;
    }
    matcher m;
    int anchor = pattern_length > 0 && *pattern == '^';
    prepare(&m, state, source, length, pattern, pattern_length);
    for (const char *s = source + start - 1; s <= m.source_end; s++) {
        const char *end = attempt(&m, s, pattern + anchor);
        if (end && find) {
            lua_pushinteger(state, s - source + 1);
            lua_pushinteger(state, end - source);
            return push_captures(&m, NULL, NULL) + 2;
        }
        if (end) return push_captures(&m, s, end);
        if (anchor) break;
    }
    lua_pushnil(state);
    return 1;
}

static int string_find(lua_State *state) { return find_or_match(state, 1); }
static int string_match(lua_State *state) { return find_or_match(state, 0); }

// Upvalues: source, pattern, where to go on, end of the last match (or -1).
static int gmatch_step(lua_State *state) {
    size_t length, pattern_length;
    const char *source = lua_tolstring(state, lua_upvalueindex(1), &length);
    const char *pattern = lua_tolstring(state, lua_upvalueindex(2), &pattern_length);
    lua_Integer start = lua_tointegerx(state, lua_upvalueindex(3), NULL);
    lua_Integer last = lua_tointegerx(state, lua_upvalueindex(4), NULL);
    matcher m;
    prepare(&m, state, source, length, pattern, pattern_length);
    for (const char *s = source + start; s <= m.source_end; s++) {
        const char *end = attempt(&m, s, pattern);
        if (end && end - source != last) {
            lua_pushinteger(state, end - source);
            lua_copy(state, -1, lua_upvalueindex(3));
            lua_replace(state, lua_upvalueindex(4));
            return push_captures(&m, s, end);
        }
    }
    return 0;
}

static int string_gmatch(lua_State *state) {
    size_t length;
    luaL_checklstring(state, 1, &length);
    luaL_checkstring(state, 2);
    size_t start = entrepot_position(luaL_optinteger(state, 3, 1), length);
    if (start == 0) start = 1;
    if (start > length + 1) start = length + 2;
    lua_settop(state, 2);
    lua_pushinteger(state, (lua_Integer)start - 1);
    lua_pushinteger(state, -1);
    lua_pushcclosure(state, gmatch_step, 4);
    return 1;
}

// Appends the replacement string with its %0 … %9.
static void add_template(matcher *m, size_t base, const char *s, const char *end) {
    size_t length;
    const char *text = lua_tolstring(m->state, 3, &length);
    const char *stop = text + length;
    while (text < stop) {
        const char *percent = memchr(text, ESCAPE, (size_t)(stop - text));
        size_t plain = percent ? (size_t)(percent - text) : (size_t)(stop - text);
        entrepot_scratch_add(m->state, m->host, base, text, plain);
        step(m, 1);
        if (percent == NULL) return;
        text = percent + 1;
        char what = text < stop ? *text++ : 0;
        if (what == ESCAPE) {
            entrepot_scratch_add(m->state, m->host, base, "%", 1);
        } else if (what == '0') {
            entrepot_scratch_add(m->state, m->host, base, s, (size_t)(end - s));
        } else if (is_digit((unsigned char)what)) {
            push_capture(m, what - '1', s, end);
            size_t size;
            const char *bytes = lua_tolstring(m->state, -1, &size);
            entrepot_scratch_add(m->state, m->host, base, bytes, size);
            lua_settop(m->state, -2);
        } else {
            luaL_error(m->state, "invalid use of '%%' in replacement string");
        }
    }
}

// Appends what replaces the match from s to end.
static void add_replacement(matcher *m, size_t base, const char *s, const char *end, int kind) {
    lua_State *state = m->state;
    if (kind == LUA_TSTRING || kind == LUA_TNUMBER) {
        add_template(m, base, s, end);
        return;
    }
    if (kind == LUA_TFUNCTION) {
        lua_pushvalue(state, 3);
        lua_call(state, push_captures(m, s, end), 1);
    } else {
        push_capture(m, 0, s, end);
        lua_gettable(state, 3);
    }
    if (!lua_toboolean(state, -1)) {
        entrepot_scratch_add(state, m->host, base, s, (size_t)(end - s));
    } else if (!lua_isstring(state, -1)) {
        luaL_error(state, "invalid replacement value (a %s)", luaL_typename(state, -1));
    } else {
        size_t size;
        const char *bytes = lua_tolstring(state, -1, &size);
        entrepot_scratch_add(state, m->host, base, bytes, size);
    }
    lua_settop(state, -2);
}

static int string_gsub(lua_State *state) {
    size_t length, pattern_length;
    const char *source = luaL_checklstring(state, 1, &length);
    const char *pattern = luaL_checklstring(state, 2, &pattern_length);
    int kind = lua_type(state, 3);
    int is_text = kind == LUA_TNUMBER || kind == LUA_TSTRING;
    luaL_argexpected(state, is_text || kind == LUA_TFUNCTION || kind == LUA_TTABLE, 3,
        "string/function/table");
    lua_Integer most = luaL_optinteger(state, 4, (lua_Integer)length + 1);
    int anchor = pattern_length > 0 && *pattern == '^';
    lua_Integer count = 0;
    matcher m;
    prepare(&m, state, source, length, pattern, pattern_length);
    if (kind == LUA_TNUMBER) lua_tolstring(state, 3, NULL);
    size_t base = m.host->scratch_length;
    const char *s = source;
    const char *last = NULL;
    while (count < most) {
        const char *end = attempt(&m, s, pattern + anchor);
        if (end && end != last) {
            count++;
            add_replacement(&m, base, s, end, kind);
            s = last = end;
        } else if (s < m.source_end) {
            entrepot_scratch_add(state, m.host, base, s++, 1);
        } else {
            break;
        }
        if (anchor) break;
    }
    entrepot_scratch_add(state, m.host, base, s, (size_t)(m.source_end - s));
    entrepot_scratch_push(state, m.host, base);
    lua_pushinteger(state, count);
    return 2;
}

static const luaL_Reg functions[] = {
    {"find", string_find}, {"match", string_match}, {"gmatch", string_gmatch},
    {"gsub", string_gsub}, {NULL, NULL},
};

void entrepot_open_patterns(lua_State *state) { luaL_setfuncs(state, functions, 0); }
