/* A small scanner with a memo, and with a fault: the memo is kept by D1's rule.

       cc scanner.c -o scanner -lsqlite3
       strandline check --subject-cmd ./scanner

   It reads a request from each line of standard input and writes a reply to standard output. SQLite does the JSON and
   the join: the facts of the log are a table of a database in memory. Of what a row says it leaves out the fine print
   that it is not asked for: how deep a payload may nest, white space beyond ASCII, what Rust escapes as JSON does not.
*/

#define _GNU_SOURCE
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

/* What a row is: three kinds that tell the tier of a turn, the best first, and what tells its model alone. */
enum { TAGS, REQUEST, SUBMISSION, MODEL, NOTHING };

typedef sqlite3_stmt *Query;

/* A piece of a body; what is not there has no `at`. */
typedef struct { const char *at, *end; } Text;

/* What a message says of a turn; `priority` tells that its tier is that one. Whoever asks frees turn and model. */
typedef struct { int kind, priority; char *turn, *model; } Said;

/* What a refresh leaves behind for the next one; its facts are in the table `kept`. */
typedef struct { char log[4096]; ino_t inode; sqlite3_int64 start, cursor; int filled; } Memo;

static sqlite3 *memory;
static Memo memo;

#define FACTS "(id INTEGER, ts INTEGER, kind INTEGER, priority INTEGER, turn TEXT, thread TEXT, model TEXT)"
#define LAST(kind, key, object) "(SELECT iif(type = '" kind "', value, NULL) FROM json_each(" object ")" \
    " WHERE key = '" key "' ORDER BY id DESC LIMIT 1)"

static const char *SCHEMA = "CREATE TABLE kept " FACTS "; CREATE TABLE found " FACTS;
static const char *ASKED = "SELECT ?1 ->> 'id', ?1 ->> 'log', ?1 ->> 'since', ?1 ->> 'until', ?1 ->> 'zone'";
static const char *ROWS =
    "SELECT id, ts, thread_id, feedback_log_body FROM logs"
    " WHERE id > ?1 AND typeof(ts) = 'integer' AND ts >= ?2 AND typeof(feedback_log_body) = 'text' ORDER BY id";
static const char *PAYLOAD =
    "SELECT " LAST("text", "type", "?1") ", " LAST("text", "service_tier", "?1") ", " LAST("text", "turn_id", "?1") ", "
    LAST("text", "model", "?1") ", " LAST("text", "model", LAST("object", "response", "?1")) " WHERE json_valid(?1)";
static const char *ANSWER =
    "WITH inside AS (SELECT * FROM found WHERE ts >= ?2 AND ts < ?3),"
    " best AS (SELECT turn, min(kind) AS kind FROM inside GROUP BY turn),"
    " told AS (SELECT turn, thread, ts, model, max(id) FROM inside JOIN best USING (turn, kind)"
    " WHERE priority GROUP BY turn),"
    " models AS (SELECT turn, model, max(id) FROM inside WHERE kind = 3 AND model IS NOT NULL GROUP BY turn)"
    " SELECT json_object('id', ?1, 'turns', json_group_array(json_object("
    "'turn', turn, 'thread', thread, 'ts', ts, 'model', coalesce(models.model, told.model))))"
    " FROM told LEFT JOIN models USING (turn)";
static const char *UNAVAILABLE = "SELECT json_object('id', ?1, 'unavailable', ?2)";

static Query query(sqlite3 *database, const char *sql) {
    Query made = NULL;
    sqlite3_prepare_v2(database, sql, -1, &made, NULL);
    return made;
}

static const char *text(Query row, int column) { return (const char *)sqlite3_column_text(row, column); }

/* Tell whether a body decodes as UTF-8; one that does not says nothing. */
static int decodes(const char *body, size_t size) {
    const unsigned char *at = (const unsigned char *)body, *end = at + size;
    while (at < end) {
        int more = *at < 0x80 ? 0 : *at < 0xc2 ? -1 : *at < 0xe0 ? 1 : *at < 0xf0 ? 2 : *at < 0xf5 ? 3 : -1;
        if (more < 0 || end - at <= more) return 0;
        if ((*at == 0xe0 && at[1] < 0xa0) || (*at == 0xed && at[1] > 0x9f)) return 0; /* overlong, surrogates */
        if ((*at == 0xf0 && at[1] < 0x90) || (*at == 0xf4 && at[1] > 0x8f)) return 0; /* overlong, too high */
        for (at++; more > 0; more--, at++) if ((*at & 0xc0) != 0x80) return 0;
    }
    return 1;
}

static int is(const char *one, const char *other) { return one != NULL && strcmp(one, other) == 0; }
static int is_space(char one) { return memchr(" \t\n\v\f\r", one, 6) != NULL; }
static int begins(Text text, const char *with) {
    return (size_t)(text.end - text.at) >= strlen(with) && memcmp(text.at, with, strlen(with)) == 0;
}

/* Go past what a text begins with; tell whether it does. */
static int past(Text *text, const char *with) { return begins(*text, with) && (text->at += strlen(with)) != NULL; }

/* Give a copy of a text, NULL if it is blank or not there; the caller frees it. */
static char *filled(Text text) {
    for (const char *at = text.at; at < text.end; at++)
        if (!is_space(*at)) return strndup(text.at, text.end - text.at);
    return NULL;
}

static Text column(Query row, int at) { return (Text){text(row, at), text(row, at) + sqlite3_column_bytes(row, at)}; }

/* Find where the string ends that opens at a place. */
static const char *string_end(const char *at, const char *end) {
    for (at++; at < end && *at != '"'; at++) at += *at == '\\';
    return at < end ? at + 1 : end;
}

/* Find where a mark first stands outside of strings and brackets, NULL if nowhere. */
static const char *outside(Text text, const char *mark) {
    char *opened = malloc(text.end - text.at + 1);
    size_t depth = 0;
    while (text.at < text.end && (depth > 0 || !begins(text, mark))) {
        char one = *text.at, opener = one == '}' ? '{' : one == ')' ? '(' : one == ']' ? '[' : '\0';
        size_t closed = depth; /* with whatever was opened inside and never closed */
        while (opener != '\0' && closed > 0 && opened[closed - 1] != opener) closed--;
        if (opener != '\0' && closed > 0) depth = closed - 1;
        if (one == '{' || one == '(' || one == '[') opened[depth++] = one;
        text.at = one == '"' ? string_end(text.at, text.end) : text.at + 1;
    }
    free(opened);
    return text.at < text.end ? text.at : NULL;
}

/* Read the value that a text begins with; a string is read as JSON, which escapes what matters here as Rust does. */
static char *value(Text text) {
    if (!begins(text, "\"")) {
        const char *end = text.at;
        while (end < text.end && !is_space(*end) && memchr(",])}:", *end, 5) == NULL) end++;
        return filled((Text){text.at, end});
    }
    Query json = query(memory, "SELECT json_extract(?1, '$') WHERE json_valid(?1)");
    sqlite3_bind_text(json, 1, text.at, (int)(string_end(text.at, text.end) - text.at), SQLITE_STATIC);
    char *read = sqlite3_step(json) == SQLITE_ROW ? filled(column(json, 0)) : NULL;
    sqlite3_finalize(json);
    return read;
}

/* Read the turn or the thread of the innermost span that names one. */
static char *named(const char *name, Text spans) {
    Text found = {NULL, NULL};
    for (const char *end; spans.at < spans.end; spans.at = end + 1) {
        const char *colon = outside(spans, ":"), *brace = memchr(spans.at, '{', spans.end - spans.at);
        end = colon != NULL ? colon : spans.end;
        Text fields = {brace != NULL && brace < end ? brace + 1 : end, end}, rest = fields;
        while ((rest.at = outside(rest, name)) != NULL) {
            Text after = {rest.at + strlen(name), end};
            int alone = rest.at == fields.at || is_space(rest.at[-1]);
            if (alone && (past(&after, ".id=") || past(&after, "_id="))) { found = after; break; }
            rest.at++;
        }
    }
    return value(found);
}

/* Load the JSON object that a text begins with, as a row of its members that are looked at; NULL if there is none. */
static Query loaded(Text payload) {
    while (payload.at < payload.end && is_space(*payload.at)) payload.at++;
    Text inside = payload;
    const char *end = past(&inside, "{") ? outside(inside, "}") : NULL;
    if (end == NULL) return NULL;
    Query json = query(memory, PAYLOAD);
    sqlite3_bind_text(json, 1, payload.at, (int)(end + 1 - payload.at), SQLITE_STATIC);
    if (sqlite3_step(json) == SQLITE_ROW) return json;
    return sqlite3_finalize(json), NULL;
}

/* Give the first field of a name in a struct of a debug print; none if there is none, or no end of the print. */
static Text field(Text printed, const char *name) {
    past(&printed, "Some(");
    const char *brace = outside(printed, "{");
    Text inside = {brace != NULL ? brace + 1 : printed.end, printed.end};
    inside.end = outside(inside, "}");
    while (inside.end != NULL && inside.at < inside.end) {
        const char *comma = outside(inside, ",");
        Text item = {inside.at, comma != NULL ? comma : inside.end};
        inside.at = item.end + 1;
        while (past(&item, " ")) continue;
        while (comma == NULL && item.at < item.end && item.end[-1] == ' ') item.end--;
        if (past(&item, name) && past(&item, ": ")) return item;
    }
    return (Text){NULL, NULL};
}

/* Give what `Some(...)` holds; none if a value is anything else. */
static Text some(Text value) { return past(&value, "Some(") ? (Text){value.at, value.end - 1} : (Text){NULL, NULL}; }
static int called(Text text, const char *name) { return past(&text, name) && (text.at == text.end || *text.at == ' '); }

/* Read what a submission asks for; nothing if it starts no turn or asks for nothing. */
static Said read_submission(Text printed) {
    Text op = field(printed, "op"), for_turn = {NULL, NULL}, id = field(printed, "id");
    int starts = called(op, "UserInput") || called(op, "UserTurn") || called(op, "Compact") || called(op, "TurnInput");
    if (!starts || called(field(op, "mode"), "Steer")) return (Said){.kind = NOTHING};
    if (called(op, "TurnInput")) {
        op = field(op, "request");
        for_turn = some(field(field(op, "start"), "service_tier"));
    }
    Text settings = field(op, "thread_settings"), model = field(settings, "model");
    Text asked = for_turn.at != NULL ? for_turn : some(some(field(settings, "service_tier")));
    if (!begins(asked, "\"") || !begins(id, "\"")) return (Said){.kind = NOTHING};
    char *tier = value(asked);
    int priority = is(tier, "priority") || is(tier, "fast");
    free(tier);
    return (Said){SUBMISSION, priority, value(id), value(begins(model, "\"") ? model : some(model))};
}

/* Read a message by how it begins. */
static Said read_message(Text message) {
    Text rest = message;
    Said said = {.kind = NOTHING};
    if (past(&rest, "Submission sub=")) return begins(rest, "Submission {") ? read_submission(rest) : said;
    if (past(&rest, "server reported model ")) {
        Text model = {rest.at, memmem(rest.at, rest.end - rest.at, " while requested", 16)};
        if (model.end == NULL || !begins((Text){model.end + 16, rest.end}, " model was ")) return said;
        return (Said){MODEL, 0, NULL, filled(model)};
    }
    int request = past(&rest, "websocket request: "), event = past(&rest, "websocket event: ");
    const char *mark = begins(message, "model=\"") ? outside(message, " tags_json={") : NULL;
    if (mark != NULL) rest.at = mark + strlen(" tags_json=");
    Query json = request || event || mark != NULL ? loaded(rest) : NULL;
    const char *type = text(json, 0), *tier = text(json, 1);
    if (request && is(type, "response.create"))
        said = (Said){REQUEST, is(tier, "priority"), filled(column(json, 2)), filled(column(json, 3))};
    if (event && is(type, "response.completed")) said = (Said){MODEL, 0, NULL, filled(column(json, 4))};
    if (mark != NULL && tier != NULL)
        said = (Said){TAGS, is(tier, "priority"), NULL, value((Text){message.at + strlen("model="), message.end})};
    sqlite3_finalize(json);
    return said;
}

/* Keep what a row says: its spans name the turn and the thread, its message says the rest. */
static void parse(Query row) {
    Text body = column(row, 3);
    const char *mark = outside(body, ": ");
    if (!decodes(body.at, body.end - body.at)) return;
    Text spans = {body.at, mark != NULL ? mark : body.at};
    Said said = read_message(mark != NULL ? (Text){mark + 2, body.end} : body);
    char *span = said.kind == SUBMISSION ? NULL : named("turn", spans), *thread = filled(column(row, 2));
    const char *turn = span != NULL ? span : said.turn;
    if (thread == NULL) thread = named("thread", spans);
    if (turn != NULL && said.kind != NOTHING) {
        char *put = sqlite3_mprintf("INSERT INTO found VALUES (%s, %s, %d, %d, %Q, %Q, %Q)",
            text(row, 0), text(row, 1), said.kind, said.priority, turn, thread, said.model);
        sqlite3_exec(memory, put, NULL, NULL, NULL);
        sqlite3_free(put);
    }
    free(span), free(thread), free(said.turn), free(said.model);
}

/* Give the unix second at which a day begins, or the day after it. */
static sqlite3_int64 midnight(const char *day, const char *zone, int after) {
    struct tm local = {.tm_isdst = -1};
    setenv("TZ", zone, 1);
    tzset();
    sscanf(day, "%d-%d-%d", &local.tm_year, &local.tm_mon, &local.tm_mday);
    local.tm_year -= 1900, local.tm_mon -= 1, local.tm_mday += after;
    return mktime(&local);
}

/* Go on from the memo if it can be trusted, else from the beginning; give NULL, or why the log cannot be read. */
static const char *scan(sqlite3 *log, ino_t inode, sqlite3_int64 start, Memo *found) {
    Query top = query(log, "SELECT coalesce(max(id), 0) FROM logs");
    if (sqlite3_step(top) != SQLITE_ROW) return sqlite3_finalize(top), sqlite3_errmsg(log);
    sqlite3_int64 highest = sqlite3_column_int64(top, 0);
    sqlite3_finalize(top);
    int trusted = memo.filled && memo.inode == inode && memo.start <= start && memo.cursor <= highest;
    *found = trusted ? memo : (Memo){.inode = inode, .start = start, .filled = 1};
    sqlite3_exec(memory, "DELETE FROM found", NULL, NULL, NULL);
    if (trusted) sqlite3_exec(memory, "INSERT INTO found SELECT * FROM kept", NULL, NULL, NULL);
    Query row = query(log, ROWS);
    sqlite3_bind_int64(row, 1, found->cursor);
    sqlite3_bind_int64(row, 2, found->start);
    int code;
    while ((code = sqlite3_step(row)) == SQLITE_ROW) parse(row);
    sqlite3_finalize(row);
    found->cursor = highest;
    return code == SQLITE_DONE ? NULL : sqlite3_errmsg(log);
}

/* Keep what was found, unless the stored memo has the same file, covers as much and has read as far. */
static void store(const Memo *found) {
    if (memo.filled && memo.inode == found->inode && memo.start <= found->start && memo.cursor >= found->cursor) return;
    sqlite3_exec(memory, "DELETE FROM kept; INSERT INTO kept SELECT * FROM found", NULL, NULL, NULL);
    memo.inode = found->inode, memo.start = found->start, memo.cursor = found->cursor, memo.filled = 1;
}

static void refresh(Query asked) {
    sqlite3_int64 id = sqlite3_column_int64(asked, 0), start = INT64_MIN, end = INT64_MAX;
    const char *path = text(asked, 1), *zone = text(asked, 4), *reason = NULL;
    if (text(asked, 2) != NULL) start = midnight(text(asked, 2), zone, 0);
    if (text(asked, 3) != NULL) end = midnight(text(asked, 3), zone, 1);
    if (!is(memo.log, path)) memo = (Memo){.filled = 0}, snprintf(memo.log, sizeof memo.log, "%s", path);
    struct stat before, after;
    Memo found = {.filled = 0};
    sqlite3 *log = NULL;
    sqlite3_exec(memory, "DELETE FROM found", NULL, NULL, NULL);
    if (stat(path, &before) == 0) { /* else there is no log yet: nothing happened */
        if (sqlite3_open_v2(path, &log, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK) reason = "cannot be opened";
        sqlite3_busy_timeout(log, 5000);
        sqlite3_exec(log, "BEGIN", NULL, NULL, NULL);
        if (reason == NULL) reason = scan(log, before.st_ino, start, &found);
        if (reason == NULL && (stat(path, &after) != 0 || after.st_ino != before.st_ino)) reason = "it was replaced";
        if (reason == NULL) store(&found);
    }
    Query answer = query(memory, reason == NULL ? ANSWER : UNAVAILABLE);
    sqlite3_bind_int64(answer, 1, id);
    if (reason == NULL) sqlite3_bind_int64(answer, 2, start), sqlite3_bind_int64(answer, 3, end);
    else sqlite3_bind_text(answer, 2, reason, -1, SQLITE_TRANSIENT);
    sqlite3_close(log); /* before the reply, after which the log may change at once */
    if (sqlite3_step(answer) == SQLITE_ROW) puts(text(answer, 0));
    sqlite3_finalize(answer);
}

int main(void) {
    char *line = NULL;
    size_t room = 0;
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (sqlite3_open(":memory:", &memory) != SQLITE_OK || sqlite3_exec(memory, SCHEMA, NULL, NULL, NULL) != SQLITE_OK)
        return 1;
    while (getline(&line, &room, stdin) > 0) {
        Query asked = query(memory, ASKED);
        sqlite3_bind_text(asked, 1, line, -1, SQLITE_STATIC);
        if (sqlite3_step(asked) == SQLITE_ROW) refresh(asked);
        sqlite3_finalize(asked);
    }
    return 0;
}
