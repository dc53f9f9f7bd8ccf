// What a regular expression can't say: where a statement ends, and where a script does.
//
// A line break ends a statement wherever one may end: not between parentheses and not behind a comma,
// where the grammar does not ask for an end. In a `run` and an `alert`, a line that begins with a word
// of theirs goes on with them.

#include "tree_sitter/parser.h"

#include <stdbool.h>
#include <string.h>

enum Token { END, GOES_ON, SCRIPT_CONTENT, ERROR_SENTINEL };

void *tree_sitter_deploy_external_scanner_create(void) { return NULL; }
void tree_sitter_deploy_external_scanner_destroy(void *payload) { (void)payload; }
unsigned tree_sitter_deploy_external_scanner_serialize(void *payload, char *buffer) {
  (void)payload;
  (void)buffer;
  return 0;
}
void tree_sitter_deploy_external_scanner_deserialize(void *payload, const char *buffer,
                                                     unsigned length) {
  (void)payload;
  (void)buffer;
  (void)length;
}

static const char *const CONTINUE[] = {
    "capture", "expect", "idempotent", "irreversible", "probe", "reads-only",
    "retry",   "then",   "undo",       "when",         "within",
};

static bool is_word(int32_t letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
         (letter >= '0' && letter <= '9') || letter == '-' || letter == '_';
}

static bool is_blank(int32_t letter) {
  return letter == ' ' || letter == '\t' || letter == '\r' || letter == '\f';
}

// Whether the next line that says something begins with what a `run` or an `alert` goes on with.
static bool goes_on(TSLexer *lexer) {
  for (;;) {
    while (is_blank(lexer->lookahead) || lexer->lookahead == '\n') {
      lexer->advance(lexer, true);
    }
    if (lexer->lookahead != '#') {
      break;
    }
    while (lexer->lookahead != '\n' && !lexer->eof(lexer)) {
      lexer->advance(lexer, true);
    }
  }
  if (lexer->lookahead == '`') {
    return true;
  }
  char word[16];
  unsigned length = 0;
  while (is_word(lexer->lookahead) && length < sizeof word - 1) {
    word[length++] = (char)lexer->lookahead;
    lexer->advance(lexer, false);
  }
  word[length] = 0;
  if (is_word(lexer->lookahead)) {
    return false;
  }
  for (unsigned index = 0; index < sizeof CONTINUE / sizeof *CONTINUE; index++) {
    if (strcmp(word, CONTINUE[index]) == 0) {
      return true;
    }
  }
  return false;
}

// The lines of a script, up to the one that begins with its closing fence.
static bool script(TSLexer *lexer) {
  bool any = false;
  while (!lexer->eof(lexer)) {
    if (lexer->lookahead != '\n') {
      lexer->advance(lexer, false);
      any = true;
      continue;
    }
    lexer->advance(lexer, false);
    any = true;
    lexer->mark_end(lexer);
    while (is_blank(lexer->lookahead)) {
      lexer->advance(lexer, false);
    }
    unsigned ticks = 0;
    while (ticks < 3 && lexer->lookahead == '`') {
      lexer->advance(lexer, false);
      ticks++;
    }
    if (ticks == 3) {
      lexer->result_symbol = SCRIPT_CONTENT;
      return any;
    }
  }
  return false;
}

bool tree_sitter_deploy_external_scanner_scan(void *payload, TSLexer *lexer,
                                              const bool *valid_symbols) {
  (void)payload;
  bool recovering = valid_symbols[ERROR_SENTINEL];
  if (valid_symbols[SCRIPT_CONTENT] && !recovering) {
    // The language comes first, if it is named.
    return !is_word(lexer->lookahead) && script(lexer);
  }
  if (!valid_symbols[END]) {
    return false;
  }
  while (is_blank(lexer->lookahead)) {
    lexer->advance(lexer, true);
  }
  if (lexer->lookahead == '#') {
    // The comment is a node of its own; the end comes behind it.
    return false;
  }
  if (lexer->lookahead == '\n') {
    lexer->advance(lexer, true);
    lexer->mark_end(lexer);
    bool more = valid_symbols[GOES_ON] && !recovering && goes_on(lexer);
    lexer->result_symbol = more ? GOES_ON : END;
    return true;
  }
  if ((lexer->lookahead == '}' || lexer->eof(lexer)) && !recovering) {
    lexer->mark_end(lexer);
    lexer->result_symbol = END;
    return true;
  }
  return false;
}
