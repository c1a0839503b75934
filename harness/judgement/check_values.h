/* check_values: what the values of checks may be (the VALID column of checks.def), and how they are read. */
#ifndef JUDGEMENT_CHECK_VALUES_H
#define JUDGEMENT_CHECK_VALUES_H

#include "data/call.h"
#include "data/exercise.h"
#include "ground/base.h"

bool valid_status(const char *value);
bool valid_true(const char *value);
bool valid_ok(const char *value);
bool valid_socket(const char *value);
bool valid_closing(const char *value);
bool valid_seconds(const char *value);
bool valid_target(const char *value);
bool valid_address(const char *value);
bool valid_path(const char *value);
bool valid_path_state(const char *value);
bool valid_end_of_file(const char *value);
bool valid_errno(const char *value);
bool valid_comparison(const char *value);
bool valid_roles(const char *value);
bool valid_role(const char *value);
bool valid_host6(const char *value);
bool valid_family(const char *value);
bool valid_echo_word(const char *value);
bool valid_socket_word(const char *value);
bool valid_direction(const char *value);
bool valid_transfer(const char *value);
bool valid_actor(const char *value);
bool valid_mode(const char *value);
bool valid_text(const char *value);
bool valid_lines(const char *value);
bool valid_size(const char *value);
bool valid_flag(const char *value);
bool valid_sigpipe(const char *value);
bool valid_sum(const char *value);
bool valid_remains(const char *value);
bool valid_end(const char *value);

/* A whole decimal number from 0 to MAX; -1 when it is not one. */
int64_t value_number(const char *value, int64_t max);
/* The number that this parameter gives; OTHERWISE when it is not there. */
int64_t value_parameter(const struct check_spec *check, const char *name, int64_t otherwise);
/* "MSG_PEEK"; 0 when it is not a flag that definitions name. */
int value_flag(const char *value);
/* "4" or "3 + 1"; -1 when it is neither. */
int64_t value_sum(const char *value);
/* "inet stream": false when it is not a family and a type. */
bool value_socket(const char *value, int *family, int *type);
/* ">= 4" or "4". */
bool value_comparison(const char *value, bool *at_least, int64_t *number);
/* "socket bind listen": fills ROLES in, at most MAX; how many, 0 when a word is no call. */
size_t value_roles(const char *value, enum role *roles, size_t max);
/* "EADDRINUSE" -> its number; 0 when there is none. */
int value_errno(const char *value);

#endif
