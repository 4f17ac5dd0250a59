/* A small scanner with a memo, and with a fault: the memo is kept by D1's rule.

       cc scanner.c -o scanner -lsqlite3
       strandline check --subject-cmd ./scanner

   It reads a request from each line of standard input and writes a reply to standard output. SQLite does the JSON and
   the join: the facts of the log are a table of a database in memory. */

#define _GNU_SOURCE
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

typedef sqlite3_stmt *Query;

/* What a refresh leaves behind for the next one; its facts are in the table `kept`. */
typedef struct { char log[4096]; ino_t inode; sqlite3_int64 start, cursor; int filled; } Memo;

static sqlite3 *memory;
static Memo memo;

static const char *SCHEMA =
    "CREATE TABLE kept (id INTEGER, ts INTEGER, completed INTEGER, turn TEXT, thread TEXT, model TEXT);"
    "CREATE TABLE found (id INTEGER, ts INTEGER, completed INTEGER, turn TEXT, thread TEXT, model TEXT)";
static const char *REQUEST =
    "SELECT value ->> 'id', value ->> 'log', value ->> 'since', value ->> 'until', value ->> 'zone'"
    " FROM (SELECT ?1 AS value)";
static const char *ROWS =
    "SELECT id, ts, feedback_log_body FROM logs"
    " WHERE id > ?1 AND typeof(ts) = 'integer' AND ts >= ?2 AND typeof(feedback_log_body) = 'text' ORDER BY id";
static const char *PAYLOAD =
    "SELECT value ->> 'type', value ->> 'service_tier', value ->> 'turn_id', value ->> 'model',"
    " value ->> '$.response.model' FROM (SELECT trim(?1, char(9, 10, 13, 32)) AS value)"
    " WHERE json_valid(value) AND json_type(value) = 'object'";
static const char *ANSWER =
    "WITH inside AS (SELECT * FROM found WHERE ts >= ?2 AND ts < ?3),"
    " completions AS (SELECT turn, model, max(id) FROM inside WHERE completed GROUP BY turn),"
    " requests AS (SELECT turn, thread, ts, model, max(id) FROM inside WHERE NOT completed GROUP BY turn)"
    " SELECT json_object('id', ?1, 'turns', json_group_array(json_object("
    "'turn', turn, 'thread', thread, 'ts', ts, 'model', coalesce(completions.model, requests.model))))"
    " FROM requests LEFT JOIN completions USING (turn)";

static Query query(sqlite3 *database, const char *sql) {
    Query made = NULL;
    sqlite3_prepare_v2(database, sql, -1, &made, NULL);
    return made;
}

static const char *text(Query row, int column) { return (const char *)sqlite3_column_text(row, column); }

/* Give what stands after `name=` in a prefix, NULL if nothing; the caller frees it. */
static char *value(const char *prefix, size_t size, const char *name) {
    const char *identifier = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.";
    const char *end = prefix + size, *at = prefix;
    while ((at = memmem(at, end - at, name, strlen(name))) != NULL) {
        const char *first = at + strlen(name), *last = first;
        if (at == prefix || at[-1] == '\0' || strchr(identifier, at[-1]) == NULL) {
            while (last < end && *last != '\0' && strchr(" \t\n\v\f\r,])}:", *last) == NULL) last++;
            return last > first ? strndup(first, last - first) : NULL;
        }
        at = first;
    }
    return NULL;
}

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
static int blank(const char *one) { return one == NULL || one[strspn(one, " \t\n\v\f\r")] == '\0'; }

static void keep_fact(Query row, int completed, const char *turn, const char *thread, const char *model) {
    Query put = query(memory, "INSERT INTO found VALUES (?, ?, ?, ?, ?, ?)");
    sqlite3_bind_int64(put, 1, sqlite3_column_int64(row, 0));
    sqlite3_bind_int64(put, 2, sqlite3_column_int64(row, 1));
    sqlite3_bind_int(put, 3, completed);
    sqlite3_bind_text(put, 4, turn, -1, SQLITE_TRANSIENT);
    sqlite3_bind_text(put, 5, thread, -1, SQLITE_TRANSIENT);
    sqlite3_bind_text(put, 6, model, -1, SQLITE_TRANSIENT);
    sqlite3_step(put);
    sqlite3_finalize(put);
}

/* Read one kind of fact out of a row's body: a marker, and JSON after it; tell whether there was one. */
static int parse_json(Query row, const char *body, size_t size, const char *marker, int completed) {
    const char *at = memmem(body, size, marker, strlen(marker));
    if (at == NULL) return 0;
    Query json = query(memory, PAYLOAD);
    const char *payload = at + strlen(marker);
    sqlite3_bind_text(json, 1, payload, (int)(body + size - payload), SQLITE_STATIC);
    char *turn = value(body, at - body, "turn.id="), *thread = value(body, at - body, "thread_id=");
    if (turn == NULL) turn = value(body, at - body, "turn_id=");
    int known = 0;
    if (sqlite3_step(json) == SQLITE_ROW && completed) {
        known = is(text(json, 0), "response.completed") && turn != NULL && !blank(text(json, 4));
        if (known) keep_fact(row, 1, turn, NULL, text(json, 4));
    } else if (sqlite3_data_count(json) > 0) {
        const char *named = turn != NULL ? turn : text(json, 2), *model = text(json, 3);
        known = is(text(json, 0), "response.create") && is(text(json, 1), "priority") && !blank(named)
            && (model == NULL || !blank(model));
        if (known) keep_fact(row, 0, named, thread, model);
    }
    sqlite3_finalize(json);
    free(turn);
    free(thread);
    return known;
}

static void parse_submission(Query row, const char *body, size_t size) {
    const char *marker = "Submission sub=Submission {", *tier = "service_tier: Some(Some(\"priority\"))";
    const char *at = memmem(body, size, marker, strlen(marker)), *end = body + size;
    const char *id = at != NULL ? memmem(at, end - at, " id: \"", 6) : NULL;
    const char *quote = id != NULL ? memchr(id + 6, '"', end - id - 6) : NULL;
    if (quote == NULL || memmem(body, size, tier, strlen(tier)) == NULL) return;
    char *turn = strndup(id + 6, quote - id - 6), *thread = value(body, at - body, "thread_id=");
    if (!blank(turn)) keep_fact(row, 0, turn, thread, NULL);
    free(turn);
    free(thread);
}

/* Give the unix second at which a day begins, or the day after it. */
static sqlite3_int64 midnight(const char *day, const char *zone, int after) {
    struct tm local = {.tm_isdst = -1};
    setenv("TZ", zone, 1);
    tzset();
    sscanf(day, "%d-%d-%d", &local.tm_year, &local.tm_mon, &local.tm_mday);
    local.tm_year -= 1900;
    local.tm_mon -= 1;
    local.tm_mday += after;
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
    while ((code = sqlite3_step(row)) == SQLITE_ROW) {
        const char *body = text(row, 2);
        size_t size = sqlite3_column_bytes(row, 2);
        if (!decodes(body, size)) continue;
        if (!parse_json(row, body, size, "websocket event:", 1) && !parse_json(row, body, size, "websocket request:", 0))
            parse_submission(row, body, size);
    }
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

static void unavailable(sqlite3_int64 id, const char *reason) {
    Query line = query(memory, "SELECT json_object('id', ?, 'unavailable', ?)");
    sqlite3_bind_int64(line, 1, id);
    sqlite3_bind_text(line, 2, reason, -1, SQLITE_TRANSIENT);
    if (sqlite3_step(line) == SQLITE_ROW) puts(text(line, 0));
    sqlite3_finalize(line);
}

static void refresh(Query asked) {
    sqlite3_int64 id = sqlite3_column_int64(asked, 0), start = INT64_MIN, end = INT64_MAX;
    const char *path = text(asked, 1), *zone = text(asked, 4), *reason = NULL;
    if (text(asked, 2) != NULL) start = midnight(text(asked, 2), zone, 0);
    if (text(asked, 3) != NULL) end = midnight(text(asked, 3), zone, 1);
    if (!is(memo.log, path)) memo = (Memo){.filled = 0}, snprintf(memo.log, sizeof memo.log, "%s", path);
    struct stat before, after;
    Memo found = {.filled = 0};
    sqlite3_exec(memory, "DELETE FROM found", NULL, NULL, NULL);
    if (stat(path, &before) == 0) { /* else there is no log yet: nothing happened */
        sqlite3 *log;
        if (sqlite3_open_v2(path, &log, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK) reason = "cannot be opened";
        sqlite3_busy_timeout(log, 5000);
        sqlite3_exec(log, "BEGIN", NULL, NULL, NULL);
        if (reason == NULL) reason = scan(log, before.st_ino, start, &found);
        if (reason == NULL && (stat(path, &after) != 0 || after.st_ino != before.st_ino)) reason = "it was replaced";
        if (reason != NULL) unavailable(id, reason);
        sqlite3_close(log);
        if (reason != NULL) return;
        store(&found);
    }
    Query answer = query(memory, ANSWER);
    sqlite3_bind_int64(answer, 1, id);
    sqlite3_bind_int64(answer, 2, start);
    sqlite3_bind_int64(answer, 3, end);
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
        Query asked = query(memory, REQUEST);
        sqlite3_bind_text(asked, 1, line, -1, SQLITE_STATIC);
        if (sqlite3_step(asked) == SQLITE_ROW) refresh(asked);
        sqlite3_finalize(asked);
    }
    return 0;
}
